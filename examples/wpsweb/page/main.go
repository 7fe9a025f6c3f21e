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

// diagnosed is the result for files.
type diagnosed struct {
	Entries  []*diagnosis.Entry        `json:"entries"`
	Unread   []*diagnosis.Unread       `json:"unread,omitempty"`
	Networks []*diagnosis.NetworkEntry `json:"networks"`
	Errors   []string                  `json:"errors"`
	Page     string                    `json:"page"` // the report in HTML
}

// diagnose diagnoses files. Its arguments are an array of {name, octets}, the
// text of a key log, and a function for the progress.
func diagnose(args []js.Value) (any, error) {
	var out diagnosed
	page := diagnosis.NewPage()
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
		file := files.Index(i)
		name := file.Get("name").String()
		if err := out.add(name, &meter{Reader: bytes.NewReader(octets(file.Get("octets"))), report: args[2]}, &how, &page); err != nil {
			out.Errors = append(out.Errors, diagnosis.Shown(name)+": "+err.Error())
		}
	}
	var b strings.Builder
	if err := page.Whole().HTML(&b, report.Options{}); err != nil {
		return nil, err
	}
	out.Page = b.String()
	return encode(out)
}

// add diagnoses a file.
func (out *diagnosed) add(name string, r io.Reader, how *diagnosis.Reading, page *diagnosis.Page) error {
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
		out.Entries = append(out.Entries, e)
		page.Attempt(name, e, j)
	}
	collector, n, err := how.Judge(from)
	if err != nil {
		return err
	}
	if from.Unread() {
		u := diagnosis.NewUnread(name, from)
		page.Unread(diagnosis.Shown(name), u)
		out.Unread = append(out.Unread, u)
	}
	evidence := collector.Evidence()
	if n == 0 {
		from.TextEvidence(evidence)
		e := diagnosis.NewNothing(name, evidence, from, wps.Tolerant)
		out.Entries = append(out.Entries, e)
		page.Nothing(diagnosis.Shown(name)+": no attempt to connect by WPS", e, evidence)
		page.Dumps(from, wps.Tolerant)
	} else {
		page.Networks(diagnosis.Shown(name), evidence)
	}
	for _, n := range doctor.ByState(evidence.Networks) {
		out.Networks = append(out.Networks, diagnosis.NewNetworkEntry(name, n, wps.Tolerant))
	}
	return nil
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
