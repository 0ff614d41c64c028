package gitrepo

import (
	"io"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// listen accepts connections until the end of the test.
func listen(t *testing.T, handle func(net.Conn)) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go handle(c)
		}
	}()
	return l.Addr().String()
}

// TestGitProtocol has a server for git:// URLs, which go-git speaks to much as
// it does by ssh.
func TestGitProtocol(t *testing.T) {
	t.Parallel()
	g, hashes := sample(t)
	addr := listen(t, func(c net.Conn) {
		defer c.Close()
		head := make([]byte, 4)
		if _, err := io.ReadFull(c, head); err != nil {
			return
		}
		n, err := strconv.ParseUint(string(head), 16, 16)
		if err != nil || n < 4 {
			return
		}
		request := make([]byte, n-4)
		if _, err := io.ReadFull(c, request); err != nil || !strings.HasPrefix(string(request), "git-upload-pack /careers") {
			return
		}
		f, err := c.(*net.TCPConn).File() // for the process to read and write itself
		if err != nil {
			return
		}
		defer f.Close()
		cmd := exec.Command("git", "upload-pack", g.dir)
		cmd.Stdin, cmd.Stdout = f, f
		_ = cmd.Run()
	})
	r := open(t, Options{Location: "git://" + addr + "/careers", CacheDir: t.TempDir()})
	if got := refresh(t, r); got != hashes[2] {
		t.Errorf("got %s, want %s", got, hashes[2])
	}
	hash := g.write("frameworks/c/f.cue", "x").commit("c")
	if got := refresh(t, r); got != hash {
		t.Errorf("got %s, want %s", got, hash)
	}
	if got := subjects(walk(t, r)); got != "Add a, Add b, Reword a, c" {
		t.Errorf("got %q", got)
	}
}

// TestSilentServer has one that accepts the connection and says nothing.
func TestSilentServer(t *testing.T) {
	t.Parallel()
	addr := listen(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	start := time.Now()
	fails(t, Options{Location: "git://" + addr + "/careers", CacheDir: t.TempDir(), FetchTimeout: 200 * time.Millisecond}, ErrUnreachable)
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("took %v", took)
	}
}
