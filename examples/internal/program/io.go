package program

import (
	"encoding/json"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/term"

	"github.com/gowps/gowps/wps/printable"
)

// IO is the input and output of a program.
type IO struct {
	In       io.Reader
	Out, Err io.Writer

	Piped    bool // In is a file or a pipe: neither a terminal nor a device such as /dev/null
	Color    bool // Out is a terminal that shows colours
	Terminal bool // Err is a terminal
	ASCII    bool // the locale has no UTF-8
	Width    int  // of the terminal of Out, in characters; 0 if Out is none
}

// Standard returns the input and output of the process.
func Standard() IO {
	s := IO{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		Piped: piped(os.Stdin), Color: colorWanted(os.Stdout, os.Getenv), Terminal: isTerminal(os.Stderr),
		ASCII: runtime.GOOS != "windows" && asciiOnly(os.Getenv),
	}
	if isTerminal(os.Stdout) {
		s.Width = terminalWidth(os.Stdout, os.Getenv)
	}
	return s
}

// Text returns a writer of text to Out. It makes the text printable, and
// converts colours and characters to what the terminal supports.
func (s *IO) Text() *printable.Writer { return s.text(s.Out, s.Color) }

// ErrText is like Text for Err.
func (s *IO) ErrText() *printable.Writer { return s.text(s.Err, false) }

func (s *IO) text(w io.Writer, color bool) *printable.Writer {
	form := printable.Plain
	if color {
		form = printable.Color
	}
	p := printable.NewWriter(w, form)
	p.ASCII = s.ASCII
	return p
}

// JSON returns an encoder that writes JSON with escapes for characters that are
// not printable.
func JSON(w io.Writer) *json.Encoder {
	e := json.NewEncoder(printable.NewWriter(w, printable.Lossless))
	e.SetEscapeHTML(false)
	return e
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// piped reports whether a file is a pipe or a regular file that is not empty.
func piped(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && (info.Mode()&os.ModeNamedPipe != 0 || info.Mode()&os.ModeSocket != 0 || info.Mode().IsRegular() && info.Size() > 0)
}

// colorWanted reports whether to use colour: the terminal supports it, and
// NO_COLOR is not set (no-color.org).
func colorWanted(f *os.File, env func(string) string) bool {
	return env("NO_COLOR") == "" && env("TERM") != "dumb" && isTerminal(f)
}

// asciiOnly reports whether the locale is not UTF-8. The first of the three
// variables that is set decides (POSIX.1-2017, 8.2).
func asciiOnly(env func(string) string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := env(name); v != "" {
			v = strings.ToUpper(v)
			return !strings.Contains(v, "UTF-8") && !strings.Contains(v, "UTF8")
		}
	}
	return true
}

// terminalWidth returns the width of a terminal: COLUMNS if set, else the
// terminal's own, else 80.
func terminalWidth(f *os.File, env func(string) string) int {
	if n, err := strconv.Atoi(env("COLUMNS")); err == nil && n > 0 {
		return n
	}
	if n, _, err := term.GetSize(int(f.Fd())); err == nil && n > 0 {
		return n
	}
	return 80
}
