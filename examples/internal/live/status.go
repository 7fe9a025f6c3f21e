package live

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/gowps/gowps/examples/internal/program"
)

// Status writes lines and, on a terminal, a last line with what the program
// waits for and the remaining time. Its methods may be called concurrently.
type Status struct {
	out      io.Writer // for the line of a terminal
	text     io.Writer // the same, safe for a terminal
	terminal bool

	mu    sync.Mutex
	what  string    // "" if the program does not wait
	until time.Time // zero without an end
	stop  chan struct{}
	done  chan struct{}
}

// NewStatus returns a Status that writes to streams.Err.
func NewStatus(streams *program.IO) *Status {
	return &Status{out: streams.Err, text: streams.ErrText(), terminal: streams.Terminal}
}

// eraseLine moves to the beginning of the line and clears it.
const eraseLine = "\r\x1b[K"

// Printf writes a line.
func (s *Status) Printf(format string, args ...any) {
	fmt.Fprintf(s.Above(s.text), format+"\n", args...)
}

// Above returns a writer to w for whole lines. It keeps the status line below
// them, even if w is another way to the same terminal.
func (s *Status) Above(w io.Writer) io.Writer { return above{s, w} }

type above struct {
	status *Status
	w      io.Writer
}

func (a above) Write(lines []byte) (int, error) {
	s := a.status
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.terminal && s.what != "" {
		io.WriteString(s.out, eraseLine)
	}
	n, err := a.w.Write(lines)
	s.show()
	return n, err
}

// Wait sets what the program waits for. On a terminal it is shown with a
// count-down to until, if that is set; otherwise it is printed once.
func (s *Status) Wait(what string, until time.Time) {
	s.Done()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.what, s.until = what, until
	if !s.terminal {
		fmt.Fprintf(s.text, "%s ...\n", what)
		return
	}
	s.show()
	s.stop, s.done = make(chan struct{}), make(chan struct{})
	go s.tick(s.stop, s.done)
}

// tick redraws the line every second.
func (s *Status) tick(stop, done chan struct{}) {
	defer close(done)
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-stop:
			return
		case <-ticker.C:
			s.mu.Lock()
			s.show()
			s.mu.Unlock()
		}
	}
}

// show writes the line.
func (s *Status) show() {
	if !s.terminal || s.what == "" {
		return
	}
	line := s.what + " ..."
	if !s.until.IsZero() {
		left := max(0, time.Until(s.until).Round(time.Second))
		line += fmt.Sprintf(" %d:%02d", int(left.Minutes()), int(left.Seconds())%60)
	}
	io.WriteString(s.out, eraseLine)
	io.WriteString(s.text, line)
}

// Done removes the status line.
func (s *Status) Done() {
	s.mu.Lock()
	stop, done := s.stop, s.done
	if s.terminal && s.what != "" {
		io.WriteString(s.out, eraseLine)
	}
	s.what, s.stop, s.done = "", nil, nil
	s.mu.Unlock()
	if stop != nil {
		close(stop)
		<-done
	}
}
