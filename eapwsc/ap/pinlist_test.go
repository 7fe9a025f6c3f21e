package ap

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc/internal/fixture"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"pgregory.net/rapid"
)

// withoutTime are handler options that leave the time out: its digits may be
// those of a secret.
var withoutTime = &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}}

// describeEvents formats events: "state UUID MAC", where "*" is any.
func describeEvents(events ...PINEvent) string {
	var parts []string
	for _, e := range events {
		state := map[PINState]string{
			PINKept: "kept", PINSucceeded: "succeeded", PINRevealed: "revealed", PINWornOut: "worn-out",
			PINExpired: "expired", PINReplaced: "replaced", PINRemoved: "removed",
		}[e.State]
		uuid := "*"
		if e.UUID != nil {
			uuid = deviceName(e.UUID[:])
		}
		parts = append(parts, state+" "+uuid+" "+fixture.MACName(e.MAC))
	}
	return strings.Join(parts, ", ")
}

// deviceName is the inverse of testUUID.
func deviceName(b []byte) string {
	if name := strings.Trim(string(b), "\x00"); name != "" {
		return name
	}
	return "0"
}

// pinListScript runs lines of "seconds action arguments = outcome". Devices
// are named as by testUUID and testMAC, with "*" for any; PINs are of four
// digits, and a run is called what one likes. The actions are
//
//	add PIN UUID MAC LIFETIME   the events; LIFETIME in seconds, or "-"
//	use RUN UUID MAC            the PIN, no-pin or in-use
//	finish RUN RESULT           the event
//	remove UUID, clear          the events
//	timeout                     the events
//	deadline                    seconds or none
//	macs                        the addresses
//	len                         how many PINs
func pinListScript(t *testing.T, script string) {
	t.Helper()
	var l PINList
	uses := map[string]*PINUse{}
	uuidOf := func(name string) *wps.UUID {
		if name == "*" {
			return nil
		}
		u := fixture.UUID(name)
		return &u
	}
	for _, line := range strings.Split(strings.TrimSpace(script), "\n") {
		action, want, _ := strings.Cut(line, "=")
		f, want := strings.Fields(action), strings.TrimSpace(want)
		seconds, err := strconv.ParseFloat(f[0], 64)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		now, got := fixture.At(seconds), ""
		switch f[1] {
		case "add":
			e := PINEntry{PIN: pin.MustParse(f[2]), UUID: uuidOf(f[3])}
			if f[4] != "*" {
				e.MAC = fixture.MAC(f[4])
			}
			if f[5] != "-" {
				lifetime, err := time.ParseDuration(f[5] + "s")
				if err != nil {
					t.Fatalf("%q: %v", line, err)
				}
				e.Lifetime = lifetime
			}
			events, err := l.Add(now, e)
			if err != nil {
				t.Fatalf("%q: %v", line, err)
			}
			got = describeEvents(events...)
		case "use":
			use, err := l.Use(now, fixture.UUID(f[3]), fixture.MAC(f[4]))
			switch err {
			case nil:
				uses[f[2]] = use
				got = use.PIN().Digits()
			case ErrNoPIN:
				got = "no-pin"
			case ErrPINInUse:
				got = "in-use"
			}
		case "finish":
			result, ok := map[string]PINResult{"failed": PINFailed, "failed-after-M6": PINFailedAfterM6, "proved": PINProved}[f[3]]
			if !ok {
				t.Fatalf("%q: unknown result", line)
			}
			got = describeEvents(uses[f[2]].Finish(result))
			if p := uses[f[2]].PIN(); !p.IsZero() {
				t.Errorf("%q: the PIN is still there", line)
			}
		case "remove":
			got = describeEvents(l.Remove(uuidOf(f[2]))...)
		case "clear":
			got = describeEvents(l.Clear()...)
		case "timeout":
			got = describeEvents(l.Timeout(now)...)
		case "deadline":
			got = "none"
			if d := l.Deadline(); !d.IsZero() {
				got = fmt.Sprint(d.Sub(fixture.Began).Seconds())
			}
		case "macs":
			var names []string
			for _, m := range l.AuthorizedMACs() {
				names = append(names, fixture.MACName(m))
			}
			got = strings.Join(names, " ")
		case "len":
			got = strconv.Itoa(l.Len())
		default:
			t.Fatalf("%q: unknown action", line)
		}
		if got != want {
			t.Errorf("%q: got %q", strings.TrimSpace(line), got)
		}
	}
}

// hostap: test_ap_wps_conf_pin_timeout
func TestPINList(t *testing.T) {
	for _, tt := range []struct{ name, script string }{
		{"empty", `
			0 use run A a = no-pin
			0 deadline = none
			0 timeout =
			0 macs =`},
		{"bound to a UUID-E", `
			0 add 1111 A * - =
			1 use run B b = no-pin
			2 use run A a = 1111
			3 finish run proved = succeeded A *
			4 use run A a = no-pin`},
		{"bound to the UUID-E of zeros is no wildcard", `
			0 add 1111 0 * - =
			1 use run A a = no-pin
			2 use run 0 a = 1111`},
		{"bound: any number of attempts that fail before M6", `
			0 add 1111 A * - =
			1 use run A a = 1111
			1 finish run failed = kept A *
			2 use run A a = 1111
			2 finish run failed = kept A *
			3 use run A a = 1111
			3 finish run failed = kept A *
			3 len = 1`},
		{"spent once M6 was sent", `
			0 add 1111 A * - =
			1 use run A a = 1111
			2 finish run failed-after-M6 = revealed A *
			3 use run A a = no-pin
			3 len = 0`},
		{"locked while in use", `
			0 add 1111 A * - =
			1 use one A a = 1111
			2 use two A a = in-use
			3 finish one failed = kept A *
			4 use two A a = 1111`},
		{"in use, and there would be a wildcard", `
			0 add 1111 A * - =
			0 add 2222 * * - =
			1 use one A a = 1111
			2 use two A a = in-use`},
		{"wildcard: the first that asks keeps it, for two attempts", `
			0 add 1111 * * - =
			1 use run A a = 1111
			2 use two B b = no-pin
			3 finish run failed = kept A *
			4 use two B b = no-pin
			5 use run A a = 1111
			6 finish run failed = worn-out A *
			7 use run A a = no-pin
			7 len = 0`},
		{"wildcard: success in the first attempt", `
			0 add 1111 * * - =
			1 use run A a = 1111
			2 finish run proved = succeeded A *
			3 use run A a = no-pin`},
		{"wildcard: M6 in the first attempt", `
			0 add 1111 * * - =
			1 use run A a = 1111
			2 finish run failed-after-M6 = revealed A *`},
		{"wildcard locked while in use", `
			0 add 1111 * * - =
			1 use one A a = 1111
			2 use two A a = in-use`},
		{"a UUID-E goes before a wildcard", `
			0 add 1111 A * - =
			1 add 2222 * * - =
			2 use one B b = 2222
			3 use two A a = 1111`},
		{"a new wildcard replaces an unused one", `
			0 add 1111 * * - =
			1 add 2222 * * - = replaced * *
			2 use run A a = 2222
			2 len = 1`},
		{"a new wildcard goes before a used one, and leaves it", `
			0 add 1111 * * - =
			1 use run A a = 1111
			2 finish run failed = kept A *
			3 add 2222 * * - =
			3 len = 2
			4 use run B b = 2222
			5 finish run failed = kept B *
			6 use run A a = 1111`},
		{"the wrong PIN was typed: the next one is tried at once", `
			0 add 1111 * * - =
			1 use run A a = 1111
			2 finish run failed = kept A *
			3 add 2222 * * - =
			4 use run A a = 2222
			5 finish run proved = succeeded A *`},
		{"a new PIN for the same UUID-E replaces the old one", `
			0 add 1111 A * - =
			1 add 2222 A * - = replaced A *
			2 use run A a = 2222`},
		{"replaced while in use", `
			0 add 1111 A * - =
			1 use one A a = 1111
			2 add 2222 A * - = replaced A *
			3 finish one proved = replaced A *
			4 use two A a = 2222`},
		{"the same PIN again replaces itself, of whichever device it was", `
			0 add 1111 * * - =
			1 use run A a = 1111
			1 finish run failed = kept A *
			2 add 1111 * * - = replaced A *
			2 add 1111 A * - = replaced * *
			2 add 1111 B * - = replaced A *
			2 add 1111 * * - = replaced B *
			2 len = 1
			3 use run A a = 1111
			4 finish run failed-after-M6 = revealed A *
			5 use run A a = no-pin
			5 use run B b = no-pin`},
		{"the same PIN again, while it is in use and revealed", `
			0 add 1111 A * - =
			1 use one A a = 1111
			2 add 1111 B * - = replaced A *
			3 use two B b = in-use
			4 finish one failed-after-M6 = revealed B *
			5 use two B b = no-pin`},
		{"the same PIN again, while it is in use and proved", `
			0 add 1111 * * - =
			1 use one A a = 1111
			2 remove * = removed A *
			2 add 1111 * * - =
			3 use two B b = in-use
			4 finish one proved = succeeded * *
			5 use two B b = no-pin`},
		{"the same PIN again, while it is in use and fails", `
			0 add 1111 * * - =
			1 use one A a = 1111
			2 add 1111 * * - = replaced A *
			3 finish one failed = replaced A *
			4 use two B b = 1111`},
		{"for one address", `
			0 add 1111 A a1 - =
			1 use run A a2 = no-pin
			2 use run A a1 = 1111`},
		{"wildcard for one address", `
			0 add 1111 * a1 - =
			1 use run B b = no-pin
			2 use run A a1 = 1111
			3 finish run failed = kept A a1`},
		{"expires", `
			0 add 9999 Z * - =
			0 add 1111 A * 60 =
			0 add 2222 * * 120 =
			0 deadline = 60
			59.9 use run A a = 1111
			59.9 finish run failed = kept A *
			59.9 timeout =
			60 use run A a = 2222
			60 timeout = expired A *
			60 deadline = 120
			60 timeout =
			120 timeout = expired A *
			120 deadline = none`},
		{"expired, Timeout not yet called", `
			0 add 1111 A * 60 =
			60 use run A a = no-pin`},
		{"expires while in use", `
			0 add 1111 A * 60 =
			59 use run A a = 1111
			60 timeout = expired A *
			61 finish run proved = expired A *`},
		{"finished twice", `
			0 add 1111 A * - =
			1 use one A a = 1111
			2 finish one failed = kept A *
			3 use two A a = 1111
			4 finish one proved = kept A *
			5 use three A a = in-use`},
		{"taken back", `
			0 add 1111 A * - =
			0 add 2222 B * - =
			0 add 3333 * b1 - =
			1 remove A = removed A *
			1 remove A =
			2 remove * = removed * b1
			3 clear = removed B *
			3 len = 0`},
		{"taken back while in use", `
			0 add 1111 * * - =
			1 use run A a = 1111
			2 remove * = removed A *
			3 finish run failed = removed A *`},
		{"authorized addresses", `
			0 add 1111 A a1 - =
			0 add 2222 B * - =
			0 add 3333 C a1 - =
			0 add 4444 D d1 - =
			0 macs = d1 a1 *
			0 remove A = removed A a1
			0 macs = d1 a1 *
			0 remove C = removed C a1
			0 macs = d1 *`},
	} {
		t.Run(tt.name, func(t *testing.T) { pinListScript(t, tt.script) })
	}
}

func TestPINListBroadcast(t *testing.T) {
	var l PINList
	if _, err := l.Add(fixture.At(0), PINEntry{PIN: pin.MustParse("1234"), MAC: wps.Broadcast}); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Use(fixture.At(0), fixture.UUID("A"), fixture.MAC("a")); err != nil {
		t.Error("a PIN for the broadcast address is for any:", err)
	}
}

func TestPINListAddEmpty(t *testing.T) {
	var l PINList
	if _, err := l.Add(fixture.At(0), PINEntry{}); err != ErrEmptyPIN || l.Len() != 0 {
		t.Errorf("error %v, %d PINs", err, l.Len())
	}
}

func TestPINListIsBounded(t *testing.T) {
	var l PINList
	for i := range maxPINs {
		uuid := fixture.UUID(fmt.Sprint("d", i))
		if events, err := l.Add(fixture.At(0), PINEntry{PIN: pin.MustParse(fmt.Sprintf("%04d", i)), UUID: &uuid}); err != nil || len(events) != 0 {
			t.Fatal(i, events, err)
		}
	}
	uuid := fixture.UUID("last")
	events, err := l.Add(fixture.At(0), PINEntry{PIN: pin.MustParse("9999"), UUID: &uuid})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := describeEvents(events...), "replaced d0 *"; got != want || l.Len() != maxPINs {
		t.Errorf("%q, %d PINs; want %q, %d", got, l.Len(), want, maxPINs)
	}
}

func TestPINListRedacts(t *testing.T) {
	const digits = "7350246"
	p, err := pin.Complete(digits)
	if err != nil {
		t.Fatal(err)
	}
	var l PINList
	entry := PINEntry{PIN: p}
	if _, err := l.Add(fixture.At(0), entry); err != nil {
		t.Fatal(err)
	}
	use, err := l.Use(fixture.At(0), fixture.UUID("A"), fixture.MAC("a"))
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range map[string]any{
		"entry": entry, "list": l, "pointer to list": &l, "use": *use, "pointer to use": use, "listed": *l.all()[0],
		"event": use.Finish(PINFailed), "error": fmt.Sprint(ErrNoPIN, ErrPINInUse, ErrEmptyPIN),
		"within": struct{ inner any }{[]any{l, *use, entry, l.all()}},
	} {
		var log bytes.Buffer
		slog.New(slog.NewJSONHandler(&log, withoutTime)).Info("", "value", v)
		slog.New(slog.NewTextHandler(&log, withoutTime)).Info("", "value", v)
		encoded, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		dump := log.String() + string(encoded)
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			dump += fmt.Sprintf(verb, v)
		}
		number, _ := strconv.Atoi(p.Digits())
		for _, leak := range []string{p.Digits(), fmt.Sprintf("%x", number), fmt.Sprintf("%x", p.Digits())} {
			if strings.Contains(dump, leak) {
				t.Errorf("%s gives the PIN away: %s", name, dump)
			}
		}
	}
}

// pinHistory is the history of one PIN, from which the model derives whether it
// may be used.
type pinHistory struct {
	entry   PINEntry
	number  int // in order of entry
	added   time.Time
	users   []string // devices that used it
	results []PINResult
	gone    bool // replaced, removed or timed out
}

func (h *pinHistory) inUse() bool { return len(h.users) > len(h.results) }

func (h *pinHistory) spent() bool {
	for _, r := range h.results {
		if r != PINFailed {
			return true
		}
	}
	return h.entry.UUID == nil && len(h.results) >= 2
}

func (h *pinHistory) usable(now time.Time, device string) bool {
	if h.gone || h.spent() || h.entry.Lifetime > 0 && !now.Before(h.added.Add(h.entry.Lifetime)) {
		return false
	}
	if h.entry.MAC != (wps.MAC{}) && h.entry.MAC != fixture.MAC(device) {
		return false
	}
	if h.entry.UUID != nil {
		return *h.entry.UUID == fixture.UUID(device)
	}
	return len(h.users) == 0 || h.users[0] == device
}

func TestPINListModel(t *testing.T) { rapid.Check(t, checkPINList) }

func FuzzPINList(f *testing.F) { f.Fuzz(rapid.MakeFuzz(checkPINList)) }

func checkPINList(t *rapid.T) {
	devices := rapid.SampledFrom([]string{"A", "B", "C"})

	var l PINList
	now := fixture.Began
	var histories []*pinHistory
	type run struct {
		use     *PINUse
		history *pinHistory
	}
	var runs []run
	t.Repeat(map[string]func(*rapid.T){
		"": func(t *rapid.T) {
			listed := 0
			for _, h := range histories {
				if !h.gone && !h.spent() {
					listed++
				}
			}
			if l.Len() != listed {
				t.Fatalf("%d PINs on the list, want %d", l.Len(), listed)
			}
		},
		"wait": func(t *rapid.T) {
			now = now.Add(time.Duration(rapid.IntRange(1, 50).Draw(t, "seconds")) * time.Second)
		},
		"add": func(t *rapid.T) {
			h := &pinHistory{number: len(histories), added: now}
			h.entry.PIN = pin.MustParse(fmt.Sprintf("%04d", rapid.IntRange(0, 5).Draw(t, "PIN")))
			if rapid.Bool().Draw(t, "bound") {
				uuid := fixture.UUID(devices.Draw(t, "device"))
				h.entry.UUID = &uuid
			}
			if rapid.IntRange(0, 4).Draw(t, "restricted") == 0 {
				h.entry.MAC = fixture.MAC(devices.Draw(t, "address"))
			}
			if rapid.Bool().Draw(t, "expires") {
				h.entry.Lifetime = 120 * time.Second
			}
			if _, err := l.Add(now, h.entry); err != nil {
				t.Fatal(err)
			}
			for _, o := range histories {
				switch {
				case o.entry.PIN == h.entry.PIN:
					o.gone = true
				case o.entry.UUID == nil && h.entry.UUID == nil:
					o.gone = o.gone || len(o.users) == 0
				case o.entry.UUID != nil && h.entry.UUID != nil && *o.entry.UUID == *h.entry.UUID:
					o.gone = true
				}
			}
			histories = append(histories, h)
		},
		"use": func(t *rapid.T) {
			device := devices.Draw(t, "device")
			var best *pinHistory
			for _, h := range histories {
				if h.usable(now, device) && (best == nil || h.entry.UUID != nil || best.entry.UUID == nil) {
					best = h
				}
			}
			use, err := l.Use(now, fixture.UUID(device), fixture.MAC(device))
			switch {
			case best == nil:
				if err != ErrNoPIN {
					t.Fatalf("device %s: %v, want %v", device, err, ErrNoPIN)
				}
			case slices.ContainsFunc(histories, func(h *pinHistory) bool { return h.inUse() && h.entry.PIN == best.entry.PIN }):
				if err != ErrPINInUse {
					t.Fatalf("device %s: %v, want %v", device, err, ErrPINInUse)
				}
			case err != nil:
				t.Fatalf("device %s: %v", device, err)
			case use.PIN() != best.entry.PIN:
				t.Fatalf("device %s got PIN %s, want %s", device, use.PIN().Digits(), best.entry.PIN.Digits())
			default:
				best.users = append(best.users, device)
				runs = append(runs, run{use, best})
			}
		},
		"finish": func(t *rapid.T) {
			if len(runs) == 0 {
				return
			}
			i := rapid.IntRange(0, len(runs)-1).Draw(t, "run")
			result := rapid.SampledFrom([]PINResult{PINFailed, PINFailed, PINFailedAfterM6, PINProved}).Draw(t, "result")
			r := runs[i]
			runs = append(runs[:i], runs[i+1:]...)
			r.history.results = append(r.history.results, result)
			kept := !r.history.gone && !r.history.spent()
			for _, h := range histories { // entered again meanwhile
				h.gone = h.gone || result != PINFailed && h.entry.PIN == r.history.entry.PIN
			}
			if got := r.use.Finish(result); (got.State == PINKept) != kept {
				t.Fatalf("%v, want kept: %v", got.State, kept)
			}
		},
		"timeout": func(t *rapid.T) {
			want := 0
			for _, h := range histories {
				if !h.gone && !h.spent() && h.entry.Lifetime > 0 && !now.Before(h.added.Add(h.entry.Lifetime)) {
					h.gone = true
					want++
				}
			}
			if got := len(l.Timeout(now)); got != want {
				t.Fatalf("%d expired, want %d", got, want)
			}
		},
	})
}

func BenchmarkPINListUse(b *testing.B) {
	var l PINList
	for i := range maxPINs {
		uuid := fixture.UUID(fmt.Sprint("d", i))
		if _, err := l.Add(fixture.At(0), PINEntry{PIN: pin.MustParse(fmt.Sprintf("%04d", i)), UUID: &uuid}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		use, err := l.Use(fixture.At(1), fixture.UUID("d0"), fixture.MAC("a"))
		if err != nil {
			b.Fatal(err)
		}
		use.Finish(PINFailed)
	}
}
