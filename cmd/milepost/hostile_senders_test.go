package main

import (
	"bufio"
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"runtime/metrics"
	"strings"
	"sync"
	"testing"
	"time"
)

// hostileHeap is how far the heap may rise while bodies come, in bytes: four
// times the room that they have together (64 MB), for what the collector of
// garbage has not come round to.
const hostileHeap = 4 * 64 << 20

// TestHostileSenders: two hundred large bodies at once, and senders that never
// come to an end, keep the real server neither from others nor for ever. It is
// alone while it runs, so that the heap is its own.
func TestHostileSenders(t *testing.T) {
	w := newHubWorld(t)
	w.serve("--github-app-id", fmt.Sprint(w.hub.App().ID), "--github-app-key-file", w.file("app.pem", string(w.hub.App().KeyPEM)))
	at, err := url.Parse(deliveriesAt.FindStringSubmatch(w.stdout.String())[1])
	if err != nil {
		t.Fatal(err)
	}
	s := sender{t: t, at: at}
	good := `{"action":"opened","number":1,"repository":{"full_name":"acme/careers"}}`

	slow := s.dawdle(40)
	for range 5 { // while the slow ones are there
		if status, _ := s.post(int64(len(good)), strings.NewReader(good), sign(good)); status != http.StatusAccepted {
			t.Errorf("beside slow senders an ordinary delivery is answered %d", status)
		}
	}
	body := append([]byte(good), bytes.Repeat([]byte(" "), 25<<20-len(good))...)
	heap := heapWatch()
	got := s.flood(200, body)
	if rose := heap(); rose > hostileHeap {
		t.Errorf("the heap rose by %d MB, want at most %d MB", rose>>20, hostileHeap>>20)
	} else {
		t.Logf("200 bodies of 25 MB at once: %v, and the heap rose by %d MB", got, rose>>20)
	}
	if got[http.StatusServiceUnavailable] == 0 || got[http.StatusAccepted]+got[http.StatusServiceUnavailable]+got[0] != 200 {
		t.Errorf("they are answered %v", got)
	}
	if status, _ := s.post(int64(len(good)), strings.NewReader(good), sign(good)); status != http.StatusAccepted {
		t.Errorf("after them an ordinary delivery is answered %d", status)
	}
	slow()
	w.open("Two")
	w.wait("the check", func() error {
		for _, k := range w.state().Checks {
			if k.Conclusion == "success" {
				return nil
			}
		}
		return fmt.Errorf("got %+v", w.state().Checks)
	})
	for line := range strings.Lines(w.stderr.String()) {
		if strings.Contains(line, "panic") || strings.ContainsAny(line, "\x1b\x00") {
			t.Errorf("it logs %q", line)
		}
	}
	w.end()
}

func sign(body string) string {
	mac := hmac.New(sha256.New, []byte(hookSecret))
	mac.Write([]byte(body))
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// sender sends what no client would.
type sender struct {
	t  *testing.T
	at *url.URL
}

func (s sender) dial() net.Conn {
	conn, err := net.Dial("tcp", s.at.Host)
	if err != nil {
		s.t.Error(err)
		return nil
	}
	_ = conn.SetDeadline(time.Now().Add(2 * time.Minute)) // a connection has deadlines
	return conn
}

func (s sender) head(length int64, signature string) string {
	return fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nContent-Type: application/json\r\nX-GitHub-Event: pull_request\r\nX-GitHub-Delivery: x\r\nX-Hub-Signature-256: %s\r\nContent-Length: %d\r\n\r\n", s.at.Path, s.at.Host, signature, length)
}

// post sends a body, and returns what is answered: 0 where the connection ends
// before, since somebody who is refused still sends.
func (s sender) post(length int64, body io.Reader, signature string) (status int, retry string) {
	conn := s.dial()
	if conn == nil {
		return 0, ""
	}
	defer conn.Close()
	go func() {
		if _, err := io.WriteString(conn, s.head(length, signature)); err == nil {
			_, _ = io.Copy(conn, body) // who is refused cannot send it all
		}
	}()
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0, ""
	}
	return res.StatusCode, res.Header.Get("Retry-After")
}

// flood sends a body so many times at once, signed, and counts the answers.
func (s sender) flood(n int, body []byte) map[int]int {
	signature := sign(string(body))
	got := map[int]int{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			status, retry := s.post(int64(len(body)), bytes.NewReader(body), signature)
			mu.Lock()
			defer mu.Unlock()
			if got[status]++; status == http.StatusServiceUnavailable && retry == "" {
				s.t.Error("it is not said when to come again")
			}
		})
	}
	wg.Wait()
	return got
}

// dawdle opens connections that never come to an end: half of them in the
// header, half in a body of which 25 MB are announced. What it returns waits
// until the server has ended each of them.
func (s sender) dawdle(n int) (wait func()) {
	var wg sync.WaitGroup
	for i := range n {
		conn := s.dial()
		if conn == nil {
			continue
		}
		start := s.head(25<<20, sign("")) + "{"
		if i%2 == 0 {
			start = "POST " + s.at.Path + " HTTP/1.1\r\nX-Slow: "
		}
		_, _ = io.WriteString(conn, start) // the server may be quicker
		wg.Go(func() {
			defer conn.Close()
			go func() {
				for {
					if _, err := io.WriteString(conn, "x"); err != nil {
						return
					}
					time.Sleep(200 * time.Millisecond)
				}
			}()
			var e net.Error
			if _, err := io.Copy(io.Discard, conn); errors.As(err, &e) && e.Timeout() {
				s.t.Error("a sender that never ends is waited for")
			}
		})
	}
	return wg.Wait
}

// heapWatch looks at the heap until it is asked how far it rose.
func heapWatch() func() uint64 {
	read := func() uint64 {
		s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		metrics.Read(s)
		return s[0].Value.Uint64()
	}
	start := read()
	most, done := start, make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			most = max(most, read())
			select {
			case <-done:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	})
	return func() uint64 {
		close(done)
		wg.Wait()
		return most - start
	}
}
