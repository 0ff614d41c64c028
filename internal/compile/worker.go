package compile

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// workerArgument makes this program a worker. It is not meant to be typed.
const workerArgument = "__evaluate"

// Limits of a worker process. Content that reaches one of them is refused
// with its name; the process ends, and another takes its place.
const (
	workerData    = 800 << 20       // bytes of data segment and heap (RLIMIT_DATA)
	workerSlack   = 128 << 20       // bytes of addresses beyond that, for what Go keeps of its heap (RLIMIT_AS)
	workerStack   = 64 << 20        // bytes of one goroutine's stack
	workerMemory  = 600 << 20       // bytes from which garbage is collected without pause
	maxFrameBytes = 8 << 20         // bytes of one message, in either direction
	workerGrace   = 2 * time.Second // beyond the parent's deadline, which strikes first where there is a parent
)

// Exit codes of a worker that ends itself. The runtime's own is 2.
const (
	exitLate = 3 // no answer within the deadline and its grace
	exitLong = 4 // the answer is longer than a message may be
)

var errLong = errors.New("a message is too long")

// message is what a worker is asked, and reply what it answers. Either kind
// of file is in Files; Organisation says which.
type message struct {
	ID, Dir      string
	Organisation bool
	Files        []wireFile
	Lib          map[string][]wireFile
	Within       time.Duration // how long the parent waits for the answer
}

type wireFile struct {
	Name string
	Data []byte
}

type reply struct {
	Result       *Result              `json:",omitempty"`
	Compressed   []byte               `json:",omitempty"`
	Organisation *ladder.Organisation `json:",omitempty"`
	Findings     diag.List            `json:",omitempty"`
	Error        string               `json:",omitempty"`
}

// RunIfWorker turns the process into a worker where it was started as one, and
// then never returns. A program that compiles in isolation calls it first.
func RunIfWorker() {
	if len(os.Args) != 2 || os.Args[1] != workerArgument {
		return
	}
	if err := limitSelf(); err != nil {
		fmt.Fprintln(os.Stderr, "setting limits:", err)
		os.Exit(1)
	}
	debug.SetMaxStack(workerStack)
	debug.SetMemoryLimit(workerMemory)
	debug.SetGCPercent(400)
	signal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT) // the parent ends it, and nobody else
	err := serveWorker(os.Stdin, os.Stdout)
	if errors.Is(err, errLong) {
		os.Exit(exitLong)
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// serveWorker says that it is ready, and answers messages. While it evaluates,
// it goes on reading: where the input ends, the parent is gone and nobody wants
// the answer, so the process ends on the spot.
func serveWorker(in io.Reader, out io.Writer) error {
	messages := make(chan *message)
	go func() {
		for r := bufio.NewReader(in); ; {
			m := &message{}
			if err := readFrame(r, m); errors.Is(err, io.EOF) {
				os.Exit(0)
			} else if err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			messages <- m
		}
	}()
	w := bufio.NewWriter(out)
	answer := &reply{} // the first says that it is ready
	for {
		if err := writeFrame(w, answer); err != nil {
			return err
		}
		if err := w.Flush(); err != nil {
			return err
		}
		m := <-messages
		late := time.AfterFunc(m.Within+workerGrace, func() { os.Exit(exitLate) })
		if err := limitProcessor(m.Within + workerGrace); err != nil {
			return err
		}
		answer = m.answer()
		late.Stop()
	}
}

func (m *message) answer() *reply {
	if m.Organisation {
		org, found, err := compileOrganisation(files(m.Files))
		if err != nil {
			return &reply{Error: err.Error()}
		}
		return &reply{Organisation: &org, Findings: found}
	}
	r, err := compileSource(&source{id: m.ID, dir: m.Dir, files: files(m.Files), lib: m.libraries()})
	if err != nil {
		return &reply{Error: err.Error()}
	}
	return &reply{Result: r, Compressed: r.gz}
}

func (m *message) libraries() map[string][]file {
	lib := make(map[string][]file, len(m.Lib))
	for p, f := range m.Lib {
		lib[p] = files(f)
	}
	return lib
}

func files(wire []wireFile) []file {
	out := make([]file, len(wire))
	for i, f := range wire {
		out[i] = file{f.Name, f.Data}
	}
	return out
}

func wire(files []file) []wireFile {
	out := make([]wireFile, len(files))
	for i, f := range files {
		out[i] = wireFile{f.name, f.data}
	}
	return out
}

// writeFrame writes a value as JSON behind its length.
func writeFrame(w io.Writer, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encoding a message: %w", err)
	}
	if len(b) > maxFrameBytes {
		return fmt.Errorf("%w: %d bytes", errLong, len(b))
	}
	var head [4]byte
	binary.BigEndian.PutUint32(head[:], uint32(len(b)))
	if _, err := w.Write(head[:]); err != nil {
		return err
	}
	_, err = w.Write(b)
	return err
}

// readFrame reads what writeFrame wrote. It is io.EOF where there is no more.
func readFrame(r io.Reader, v any) error {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return err
	}
	n := binary.BigEndian.Uint32(head[:])
	if n > maxFrameBytes {
		return fmt.Errorf("%w: %d bytes", errLong, n)
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(r, b); err != nil {
		return fmt.Errorf("a message ends early: %w", err)
	}
	return json.Unmarshal(b, v)
}
