//go:build js && wasm

// Page is the code that runs in the browser's worker: the doctor, the PIN
// checker and the practice. Wpsweb builds it for js/wasm.
package main

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"runtime/debug"
	"strings"
	"syscall/js"
	"time"

	"github.com/gowps/gowps/eapwsc/capture/anonymise"
	"github.com/gowps/gowps/eapwsc/capture/exchange"
	"github.com/gowps/gowps/examples/internal/diagnosis"
	"github.com/gowps/gowps/examples/internal/pinwords"
	"github.com/gowps/gowps/examples/wpsweb/practice"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/printable"
	"github.com/gowps/gowps/wps/report"
)

func main() {
	debug.SetGCPercent(400) // of a large file little is kept
	page := js.Global().Get("Object").New()
	for name, f := range map[string]func([]js.Value) (any, error){
		"diagnose": diagnose, "anonymise": hide, "check": check, "make": makePIN,
		"scenarios": scenarios, "begin": begin, "act": act, "state": state, "verdict": verdict,
	} {
		page.Set(name, promise(f))
	}
	js.Global().Set("gowps", page)
	js.Global().Call("ready")
	select {}
}

// promise makes a function of JavaScript that returns a promise, so that f may
// block.
func promise(f func([]js.Value) (any, error)) js.Func {
	return js.FuncOf(func(_ js.Value, args []js.Value) any {
		executor := js.FuncOf(func(_ js.Value, settle []js.Value) any {
			go func() {
				result, err := f(args)
				if err != nil {
					settle[1].Invoke(js.Global().Get("Error").New(printable.Text(err.Error())))
					return
				}
				settle[0].Invoke(result)
			}()
			return nil
		})
		defer executor.Release()
		return js.Global().Get("Promise").New(executor)
	})
}

// encode returns a value as JSON, with escapes for characters that are not
// printable.
func encode(v any) (string, error) {
	var b strings.Builder
	err := json.NewEncoder(printable.NewWriter(&b, printable.Lossless)).Encode(v)
	return b.String(), err
}

// octets copies an array of octets.
func octets(v js.Value) []byte {
	b := make([]byte, v.Get("length").Int())
	js.CopyBytesToGo(b, v)
	return b
}

// meter reports the progress of reading.
type meter struct {
	io.Reader
	read, reported int
	report         js.Value
}

func (m *meter) Read(b []byte) (int, error) {
	const step = 1 << 20
	n, err := m.Reader.Read(b)
	if m.read += n; m.read-m.reported >= step {
		m.reported = m.read
		m.report.Invoke(m.read)
	}
	return n, err
}

// file reads a file, which is an array of octets of JavaScript.
type file struct {
	octets js.Value
	at     int
}

func (f *file) Read(b []byte) (int, error) {
	piece := f.octets.Call("subarray", f.at, f.at+len(b))
	n := js.CopyBytesToGo(b, piece)
	if f.at += n; n == 0 && len(b) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

// diagnosed is the result for files.
type diagnosed struct {
	page  diagnosis.Page
	lines strings.Builder // a JSON object for each report
	json  *json.Encoder   // to lines

	reports int
	verdict string // of the first one
	errors  []any
}

// diagnose diagnoses files. Its arguments are an array of {name, octets}, the
// text of a key log, and a function for the progress.
func diagnose(args []js.Value) (any, error) {
	out := diagnosed{page: diagnosis.NewPage()}
	out.json = json.NewEncoder(printable.NewWriter(&out.lines, printable.Lossless))
	how := diagnosis.Reading{}
	if log := args[1].String(); strings.TrimSpace(log) != "" {
		keys, err := exchange.ReadKeyLog(strings.NewReader(log))
		if err != nil {
			return nil, err
		}
		how.Keys = keys
	}
	files := args[0]
	for i := range files.Length() {
		f := files.Index(i)
		name := f.Get("name").String()
		if err := out.add(name, &meter{Reader: &file{octets: f.Get("octets")}, report: args[2]}, &how); err != nil {
			out.errors = append(out.errors, diagnosis.Shown(name)+": "+printable.Text(err.Error()))
		}
	}
	var page strings.Builder
	if err := out.page.Whole().HTML(&page, report.Options{}); err != nil {
		return nil, err
	}
	return map[string]any{
		"page": page.String(), "lines": out.lines.String(), "reports": out.reports, "verdict": out.verdict, "errors": out.errors,
	}, nil
}

// add diagnoses a file.
func (out *diagnosed) add(name string, r io.Reader, how *diagnosis.Reading) error {
	from, err := diagnosis.Open(r)
	if err != nil {
		return err
	}
	how.List = func(index int, j *diagnosis.Job, d *doctor.Diagnosis) {
		e := diagnosis.NewEntry(name, index, d)
		e.Describe(j)
		if e.Source != nil {
			e.Source.Dumps, _ = diagnosis.DumpsOf(j.Dumps, wps.Tolerant)
		}
		out.report(e)
		out.page.Attempt(name, e, j)
	}
	collector, n, err := how.Judge(from)
	evidence := collector.Evidence()
	switch {
	case n > 0:
		out.page.Networks(diagnosis.Shown(name), evidence)
	case err == nil:
		from.TextEvidence(evidence)
		e := diagnosis.NewNothing(name, evidence, from, wps.Tolerant)
		out.report(e)
		out.page.Nothing(from.Nothing(name), e, evidence)
		out.page.Dumps(from, wps.Tolerant)
	}
	if from.Unread() {
		u := diagnosis.NewUnread(name, from)
		out.page.Unread(diagnosis.Shown(name), u)
		out.json.Encode(u) // a strings.Builder has no errors
	}
	return err
}

// report adds a report.
func (out *diagnosed) report(e *diagnosis.Entry) {
	if out.reports++; out.reports == 1 {
		out.verdict = e.Verdict
	}
	out.json.Encode(e)
}

// hide makes a capture anonymous.
func hide(args []js.Value) (any, error) {
	var out bytes.Buffer
	if _, err := anonymise.Capture(&out, bytes.NewReader(octets(args[0])), rand.Reader); err != nil {
		return nil, err
	}
	a := js.Global().Get("Uint8Array").New(out.Len())
	js.CopyBytesToJS(a, out.Bytes())
	return a, nil
}

// check checks the PIN on each line.
func check(args []js.Value) (any, error) {
	var all []string
	for line := range strings.Lines(args[0].String()) {
		if line = strings.TrimRight(line, "\r\n"); strings.TrimSpace(line) != "" {
			all = append(all, pinwords.Check(line, false, nil).Text())
		}
	}
	if len(all) == 0 {
		return nil, errors.New("there is no PIN to check")
	}
	return strings.Join(all, ""), nil
}

func makePIN([]js.Value) (any, error) {
	p, err := pin.Generate(nil)
	return p.Digits(), err
}

// game is the current game.
var game *practice.Game

func scenarios([]js.Value) (any, error) { return encode(practice.Scenarios()) }

// begin begins a game. Its arguments are the seed, the scenario, and the
// previous deeds as JSON.
func begin(args []js.Value) (any, error) {
	g, err := practice.New(uint64(args[0].Int()), args[1].String())
	if err != nil {
		return nil, err
	}
	var done []practice.Deed
	if text := args[2].String(); text != "" {
		if err := json.Unmarshal([]byte(text), &done); err != nil {
			return nil, err
		}
	}
	g.Replay(done)
	game = g
	return encode(g.State())
}

var errNoGame = errors.New("no game was begun")

// act does an action of the owner.
func act(args []js.Value) (any, error) {
	if game == nil {
		return nil, errNoGame
	}
	return game.Do(args[0].String(), args[1].String())
}

// state advances the time by milliseconds, and returns the state of the game.
func state(args []js.Value) (any, error) {
	if game == nil {
		return nil, errNoGame
	}
	game.Run(time.Duration(args[0].Int()) * time.Millisecond)
	return encode(game.State())
}

func verdict([]js.Value) (any, error) {
	if game == nil {
		return nil, errNoGame
	}
	return encode(game.Verdict())
}
