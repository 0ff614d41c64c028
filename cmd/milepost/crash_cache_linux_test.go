package main

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unsafe"
)

// TestKilledWritingTheCache kills a server at the moment in which it has begun
// to write something that it compiled, again and again. Whatever is in the
// cache then is whole: it has the very bytes that an undisturbed server writes.
func TestKilledWritingTheCache(t *testing.T) {
	t.Parallel()
	kills := 3
	if proofs() {
		kills = 40
	}
	w := newCrashWorld(t, newCalendar(), 1)
	w.openMany(4)
	s := w.seats[0]
	dir := filepath.Join(s.cache, "compiled")
	w.check(os.MkdirAll(dir, 0o755))
	r, left, torn := rand.New(rand.NewPCG(30, 1)), kills, 0
	s.began = func() {
		torn += len(leftBehind(t, dir, "tmp-"))
		if proofs() && left%8 == 0 {
			w.check(os.RemoveAll(s.cache)) // so that there is something to write
		}
		w.check(os.MkdirAll(dir, 0o755))
		for _, name := range leftBehind(t, dir, "tmp-") {
			w.check(os.Remove(name))
		}
		if left--; left >= 0 {
			// The first is to see whether the cache can be written at all.
			onNth(t, dir, 2+r.IntN(3), func() { s.strike(instant{}) })
		}
	}
	w.startAll()
	w.settle()
	if d := w.judgedOnce(); d.diff != "" {
		t.Error(d.diff)
	}
	struck := entriesOf(t, dir)
	w.finish()
	s.began = nil
	w.check(os.RemoveAll(s.cache))
	w.nothingToDo()
	w.finish()
	whole := entriesOf(t, dir)
	same := 0
	for name, b := range struck {
		switch want, known := whole[name]; {
		case !known: // of a text that nobody asks for by now
		case !bytes.Equal(b, want):
			t.Errorf("%s has %d bytes, and whole it has %d", name, len(b), len(want))
		default:
			same++
		}
	}
	t.Logf("%d kills, of which %d left something half-written; %d entries, %d compared", s.blows, torn, len(struck), same)
	if s.blows == 0 || same == 0 {
		t.Error("it was never struck, or nothing was kept: the test shows nothing")
	}
}

// entriesOf are the entries of a cache by name, without what is half-written.
func entriesOf(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for _, name := range leftBehind(t, dir, "") {
		if strings.HasPrefix(filepath.Base(name), "tmp-") {
			continue
		}
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		out[strings.TrimPrefix(name, dir)] = b
	}
	return out
}

// onNth calls f when the nth temporary file is made in a directory.
func onNth(t *testing.T, dir string, n int, f func()) {
	t.Helper()
	fd, err := syscall.InotifyInit1(syscall.IN_CLOEXEC | syscall.IN_NONBLOCK)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := syscall.InotifyAddWatch(fd, dir, syscall.IN_CREATE); err != nil {
		t.Fatal(err)
	}
	events := os.NewFile(uintptr(fd), "inotify")
	t.Cleanup(func() { _ = events.Close() }) // which ends the read that waits
	go func() {
		buf := make([]byte, 64<<10)
		for seen := 0; ; {
			k, err := events.Read(buf)
			if err != nil {
				return
			}
			for b := buf[:k]; len(b) >= syscall.SizeofInotifyEvent; {
				e := (*syscall.InotifyEvent)(unsafe.Pointer(&b[0]))
				if bytes.HasPrefix(b[syscall.SizeofInotifyEvent:], []byte("tmp-")) {
					if seen++; seen == n {
						f()
						return
					}
				}
				b = b[syscall.SizeofInotifyEvent+int(e.Len):]
			}
		}
	}()
}
