package compile

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// limitSelf takes from the process what evaluation does not need: memory and
// time beyond its limits, core dumps, writing files, opening many, and gaining
// privileges. It is called before a byte of content is read.
func limitSelf() error {
	if err := noNewPrivileges(); err != nil {
		return err
	}
	if err := os.Chdir("/"); err != nil {
		return fmt.Errorf("leaving the directory: %w", err)
	}
	for _, l := range []struct {
		what  int
		limit uint64
	}{
		{unix.RLIMIT_DATA, workerData},
		{unix.RLIMIT_CORE, 0},
		{unix.RLIMIT_FSIZE, 0},
		{unix.RLIMIT_NOFILE, 32},
	} {
		if err := unix.Setrlimit(l.what, &unix.Rlimit{Cur: l.limit, Max: l.limit}); err != nil {
			return fmt.Errorf("limit %d: %w", l.what, err)
		}
	}
	if err := defaultAction(unix.SIGXCPU); err != nil {
		return err
	}
	return limitAddresses()
}

// defaultAction takes the program's own handler from a signal, so that the
// kernel ends the process, whatever state the program is in. Go's handler
// passes over what nobody asked to be told of.
func defaultAction(s syscall.Signal) error {
	var action [8]uintptr // all zero: the default action, no flags, no signals blocked
	if _, _, errno := unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(s), uintptr(unsafe.Pointer(&action)), 0, 8, 0, 0); errno != 0 {
		return fmt.Errorf("default action of a signal: %w", errno)
	}
	return nil
}

// limitProcessor lets the process use all processors for so much longer, and
// no more: the kernel holds to that even where the program's own clock does
// not run any more.
func limitProcessor(d time.Duration) error {
	var used unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &used); err != nil {
		return fmt.Errorf("processor time: %w", err)
	}
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_CPU, &limit); err != nil {
		return fmt.Errorf("limit of processor time: %w", err)
	}
	more := d * time.Duration(runtime.GOMAXPROCS(0))
	limit.Cur = min(limit.Max, uint64(used.Utime.Sec+used.Stime.Sec)+uint64(more/time.Second)+2)
	if err := unix.Setrlimit(unix.RLIMIT_CPU, &limit); err != nil {
		return fmt.Errorf("limit of processor time: %w", err)
	}
	return nil
}

// noNewPrivileges is called before anything else, on the thread that the
// program began with: where it holds one thread alone, those that come after
// it have it from there.
func noNewPrivileges() error {
	// On all threads at once: a thread without it could pass it on.
	if _, _, errno := syscall.AllThreadsSyscall6(syscall.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0); errno != 0 && errno != syscall.ENOTSUP {
		return fmt.Errorf("no new privileges: %w", errno)
	} else if errno == syscall.ENOTSUP { // built with cgo: the thread that starts the others
		return unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
	}
	return nil
}

// detectorBytes is more than a program maps that is not built with the race
// detector. The detector maps terabytes, and more with each allocation.
const detectorBytes = 1 << 40

// limitAddresses bounds what may be mapped beyond what the idle program has.
// RLIMIT_DATA alone does not hold a single large allocation: Go reserves the
// room first, and the kernel does not count what is mapped over a reservation
// until the next one.
func limitAddresses() error {
	size, _, err := memory("self")
	if err != nil {
		return err
	}
	if size > detectorBytes {
		return nil
	}
	most := size + workerData + workerSlack
	if err := unix.Setrlimit(unix.RLIMIT_AS, &unix.Rlimit{Cur: most, Max: most}); err != nil {
		return fmt.Errorf("limit of addresses: %w", err)
	}
	return nil
}

// memory is the addresses that a process has mapped, and what of them is in
// the machine's memory, in bytes.
func memory(process string) (mapped, resident uint64, err error) {
	statm, err := os.ReadFile("/proc/" + process + "/statm")
	if err != nil {
		return 0, 0, fmt.Errorf("reading the size of a process: %w", err)
	}
	if _, err := fmt.Sscan(string(statm), &mapped, &resident); err != nil {
		return 0, 0, fmt.Errorf("reading the size of a process: %w", err)
	}
	page := uint64(os.Getpagesize())
	return mapped * page, resident * page, nil
}

// resident is the bytes of the machine's memory that a process takes, 0 where
// that is not known.
func resident(pid int) uint64 {
	_, bytes, _ := memory(strconv.Itoa(pid))
	return bytes
}

// processGroup keeps a worker out of its parent's group, so that a signal to
// one is none to the other.
func processGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}

// killGroup ends a worker and whatever it started.
func killGroup(pid int) { _ = syscall.Kill(-pid, syscall.SIGKILL) }

// self is the program itself, also where its file was replaced meanwhile.
func self() (string, error) { return "/proc/self/exe", nil }
