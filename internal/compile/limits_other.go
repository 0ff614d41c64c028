//go:build !linux

package compile

import (
	"os"
	"syscall"
	"time"
)

// limitSelf does what can be done on systems without these limits: nothing.
// The parent's deadline holds everywhere.
func limitSelf() error { return os.Chdir(os.TempDir()) }

// limitProcessor does nothing here.
func limitProcessor(time.Duration) error { return nil }

func processGroup() *syscall.SysProcAttr { return nil }

func killGroup(pid int) {
	if p, err := os.FindProcess(pid); err == nil {
		_ = p.Kill()
	}
}

func self() (string, error) { return os.Executable() }

// resident is the memory of a process, which is not known here.
func resident(int) uint64 { return 0 }
