package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/gowps/gowps/examples/internal/browser"
	"github.com/gowps/gowps/examples/internal/program"
)

var (
	screens = flag.String("screens", "", "write pictures of the page into this folder")
	large   = flag.Bool("large", false, "diagnose a capture of 50 MB too, and print how long it takes")
)

const captures = "../../eapwsc/capture/testdata/"

// axeVersion is the version of axe-core, which checks accessibility.
const axeVersion = "4.14.1"

// axe returns the script of axe-core, which npm installs.
func axe(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("WPS_AXE")
	if dir == "" {
		dir = t.TempDir()
		cmd := exec.CommandContext(t.Context(), "npm", "install", "--prefix", dir, "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "axe-core@"+axeVersion)
		if said, err := cmd.CombinedOutput(); err != nil {
			if os.Getenv("WPS_BROWSER") == "required" {
				t.Fatalf("npm does not get axe-core: %v\n%s", err, said)
			}
			t.Logf("without axe-core: npm does not get it: %v", err)
			return ""
		}
	}
	b, err := os.ReadFile(filepath.Join(dir, "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestBrowser uses the page as its users do. It builds the page, which takes a
// minute, and npm gets axe-core from the network, so it runs only with
// WPS_BROWSER=required. It then fails without Chromium.
func TestBrowser(t *testing.T) {
	if os.Getenv("WPS_BROWSER") != "required" {
		t.Skip("it builds the page, which takes a minute, and needs Chromium (Debian package chromium), npm and the network: set WPS_BROWSER=required")
	}
	if _, err := exec.LookPath("chromium"); err != nil {
		t.Fatal("WPS_BROWSER=required, but there is no Chromium (Debian package chromium): ", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	addresses, ended := make(chan string, 1), make(chan int, 1)
	p := &invocation{listen: "127.0.0.1:0", serving: func(a string) { addresses <- a }}
	var out strings.Builder
	go func() {
		ended <- program.Run(ctx, command(p), program.IO{In: strings.NewReader(""), Out: &out, Err: io.Discard}, nil)
	}()
	var address string
	select {
	case address = <-addresses:
	case status := <-ended:
		t.Fatalf("exit status %d: %s", status, out.String())
	}
	served(t, address)
	script := axe(t)
	tab := browser.Open(t)
	user := &user{t, tab, script}
	user.open(address)
	user.until(`document.documentElement.dataset.ready === 'yes'`)
	t.Run("Diagnose", func(t *testing.T) { user.with(t).diagnose() })
	t.Run("Keys", func(t *testing.T) { user.with(t).keys() })
	t.Run("Print", func(t *testing.T) { user.with(t).print() })
	t.Run("Keyboard", func(t *testing.T) { user.with(t).keyboard() })
	t.Run("PIN", func(t *testing.T) { user.with(t).pin() })
	t.Run("Practise", func(t *testing.T) { user.with(t).practise() })
	if *large {
		t.Run("Large", func(t *testing.T) { user.with(t).large() })
	}
	if problems := tab.Problems(); len(problems) > 0 {
		t.Errorf("the browser complains: %q", problems)
	}
	if foreign := tab.Foreign(strings.TrimSuffix(address, "/"), "blob:"+strings.TrimSuffix(address, "/")); len(foreign) > 0 {
		t.Errorf("the page asks for %q", foreign)
	}
	cancel()
	if status := <-ended; status != program.Fine || !strings.Contains(out.String(), "Stopped by you") {
		t.Errorf("exit status %d: %s", status, out.String())
	}
}

// served checks the server: a strict policy, no access for other hosts, and
// less than 3 MB in all.
func served(t *testing.T, address string) {
	t.Helper()
	get := func(name, host string) (*http.Response, int) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address+name, nil)
		if err != nil {
			t.Fatal(err)
		}
		if host != "" {
			r.Host = host
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		n, err := io.Copy(io.Discard, answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer, int(n)
	}
	total := 0
	for _, name := range []string{"", "app.js", "diagnose.js", "pin.js", "practise.js", "worker.js", "wasm_exec.js", "style.css", "report.css", "page.wasm.gz"} {
		r, n := get(name, "")
		if r.StatusCode != http.StatusOK || !strings.HasPrefix(r.Header.Get("Content-Security-Policy"), "default-src 'none';") {
			t.Errorf("%s: %s, %v", name, r.Status, r.Header)
		}
		total += n
	}
	if total >= 3_000_000 {
		t.Errorf("the page has %d octets", total)
	}
	t.Logf("the page has %d octets", total)
	if r, _ := get("", "example.com"); r.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("another host gets %s", r.Status)
	}
	if r, _ := get("../main.go", ""); r.StatusCode != http.StatusNotFound {
		t.Errorf("a file that is not of the page: %s", r.Status)
	}
}

// user is a user of the page.
type user struct {
	t   *testing.T
	tab *browser.Tab
	axe string
}

func (u *user) with(t *testing.T) *user { return &user{t, u.tab, u.axe} }

func (u *user) open(address string) {
	u.t.Helper()
	if err := chromedp.Do(u.tab.Context, chromedp.Navigate(address)); err != nil {
		u.t.Fatal(err)
	}
}

// do runs a script that returns a text in the page.
func (u *user) do(script string) string {
	u.t.Helper()
	s, err := chromedp.Run(u.tab.Context, chromedp.Evaluate[string](`String((() => { `+script+` })())`))
	if err != nil {
		u.t.Fatalf("%s: %v", script[:min(len(script), 200)], err)
	}
	return s
}

// until waits until a condition is true.
func (u *user) until(condition string) {
	u.t.Helper()
	for range 600 {
		if u.do(`return Boolean(`+condition+`)`) == "true" {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	u.t.Fatalf("never: %s; the page says %q", condition, u.do(`return document.body.innerText.slice(0, 2000)`))
}

// part opens a part of the page.
func (u *user) part(name string) {
	u.t.Helper()
	u.do(`location.hash = '` + name + `'`)
	u.until(`document.getElementById('` + name + `').checkVisibility()`)
}

// look checks the page at all widths and colours.
func (u *user) look(name string) {
	u.t.Helper()
	for _, width := range []int64{320, 360, 1280} {
		for _, colours := range []string{"light", "dark"} {
			if err := u.tab.Look(width, colours); err != nil {
				u.t.Fatal(err)
			}
			faults, err := u.tab.Audit()
			if err != nil {
				u.t.Fatal(err)
			}
			for _, fault := range faults {
				u.t.Errorf("%s, %d px, %s: %s", name, width, colours, fault)
			}
			if *screens == "" {
				continue
			}
			picture, err := chromedp.Run(u.tab.Context, chromedp.FullScreenshot(100))
			if err != nil {
				u.t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(*screens, fmt.Sprintf("%s-%d-%s.png", name, width, colours)), picture, 0o600); err != nil {
				u.t.Error(err)
			}
		}
		u.check(name, width)
	}
}

// check runs axe-core on the page.
func (u *user) check(name string, width int64) {
	u.t.Helper()
	if u.axe == "" {
		return
	}
	u.do(u.axe + `; window.found = null; axe.run().then(r => { window.found = JSON.stringify(r.violations.filter(v => v.impact === 'serious' || v.impact === 'critical').map(v => v.id + ': ' + v.nodes[0].html.slice(0, 200))); })`)
	u.until(`window.found !== null`)
	if found := u.do(`return window.found`); found != "[]" {
		u.t.Errorf("%s, %d px: axe-core finds %s", name, width, found)
	}
}

// give gives a file to the page.
func (u *user) give(name string, octets []byte) {
	u.t.Helper()
	u.do(`const b = Uint8Array.from(atob('` + base64.StdEncoding.EncodeToString(octets) + `'), c => c.charCodeAt(0));
		const t = new DataTransfer(); t.items.add(new File([b], '` + name + `'));
		document.getElementById('drop').dispatchEvent(new DragEvent('drop', {dataTransfer: t, bubbles: true, cancelable: true}))`)
}

func (u *user) diagnose() {
	u.part("diagnose")
	u.look("empty")
	capture, err := os.ReadFile(captures + "radio/pin-wrong.pcap")
	if err != nil {
		u.t.Fatal(err)
	}
	u.give("wrong.pcap", capture)
	u.until(`document.getElementById('said').textContent.includes('The PIN was wrong')`)
	u.until(`document.querySelector('#found svg') && document.querySelector('#found .steps li')`)
	// The files that the page saves.
	u.do(`window.saved = []; URL.createObjectURL = b => { b.arrayBuffer().then(a => window.saved.push(new TextDecoder('latin1').decode(a))); return 'data:,'; }; HTMLAnchorElement.prototype.click = () => {}`)
	for i, button := range []string{"save-html", "save-json", "save-anonymous"} {
		u.do(`document.getElementById('` + button + `').click()`)
		u.until(fmt.Sprintf(`window.saved.length === %d`, i+1))
	}
	if page := u.do(`return window.saved[0]`); !strings.HasPrefix(page, "<!doctype html>") || !strings.Contains(page, "The PIN was wrong") {
		u.t.Errorf("the report is %.100q", page)
	}
	var entry struct{ Schema, Cause string }
	if err := json.Unmarshal([]byte(u.do(`return window.saved[1]`)), &entry); err != nil || entry.Schema != "wpsdoctor/1" || entry.Cause != "pin-first-half" {
		u.t.Errorf("%+v, %v", entry, err)
	}
	if anonymous := u.do(`return window.saved[2]`); !strings.Contains(anonymous, "Made anonymous") || strings.Contains(anonymous, "golden-wps") {
		u.t.Errorf("the anonymous capture is %.200q", anonymous)
	}
	u.look("report")
	// A log from a thread, and a text that is not a log.
	u.do(`document.getElementById('paste').value = 'wlan0: WPS-FAIL msg=8 config_error=18\nwlan0: WPS-TIMEOUT\n'; document.getElementById('files').value = ''`)
	u.do(`document.getElementById('judge').click()`)
	u.until(`document.getElementById('said').textContent.startsWith('2 reports') || document.getElementById('said').textContent.startsWith('3 reports')`)
	// A file that is empty, and one that was removed after it was chosen, beside the text.
	u.give("empty.pcap", nil)
	u.until(`document.querySelector('#found .error')?.textContent.startsWith('empty.pcap')`)
	file := filepath.Join(u.t.TempDir(), "removed.pcap")
	if err := os.WriteFile(file, capture, 0o600); err != nil {
		u.t.Fatal(err)
	}
	if err := chromedp.Do(u.tab.Context, chromedp.SetUploadFiles(`#files`, []string{file})); err != nil {
		u.t.Fatal(err)
	}
	u.until(`document.getElementById('found').textContent.includes('removed.pcap, attempt 1') && !document.getElementById('judge').disabled`)
	if err := os.Remove(file); err != nil {
		u.t.Fatal(err)
	}
	u.do(`document.getElementById('judge').click()`)
	u.until(`document.querySelector('#found .error')?.textContent.startsWith('removed.pcap') && document.getElementById('found').textContent.includes('pasted text, attempt 1')`)
}

// keys diagnoses a registration with its key log.
func (u *user) keys() {
	u.part("diagnose")
	capture, err := os.ReadFile(captures + "radio/pin.pcap")
	if err != nil {
		u.t.Fatal(err)
	}
	text, err := os.ReadFile(captures + "radio/pin.keys.json")
	if err != nil {
		u.t.Fatal(err)
	}
	var runs []map[string]string
	if err := json.Unmarshal(text, &runs); err != nil {
		u.t.Fatal(err)
	}
	var lines strings.Builder
	for _, r := range runs {
		fmt.Fprintln(&lines, "WSC", r["Enrollee Nonce"], r["Registrar Nonce"], r["AuthKey"], r["KeyWrapKey"])
	}
	u.do(`document.getElementById('paste').value = ''`)
	opened := `document.getElementById('found').textContent.includes('opened with the keys')`
	u.give("pin.pcap", capture)
	u.until(`document.getElementById('said').textContent.startsWith('One report')`)
	if u.do(`return `+opened) != "false" {
		u.t.Error("settings are opened without keys")
	}
	u.do(`document.getElementById('keys').value = ` + strconv.Quote(lines.String()))
	u.give("pin.pcap", capture)
	u.until(opened)
	u.do(`document.getElementById('keys').value = 'WSC no hexadecimal'`)
	u.give("pin.pcap", capture)
	u.until(`document.getElementById('said').textContent.includes('line 1')`)
	u.do(`document.getElementById('keys').value = ''`)
}

// print looks at the page as it is printed.
func (u *user) print() {
	if _, err := chromedp.Call(u.tab.Context, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}); err != nil {
		u.t.Fatal(err)
	}
	for id, shown := range map[string]bool{"found": true, "judge": false, "paste": false} {
		if got := u.do(`return document.getElementById('` + id + `').checkVisibility()`); got != strconv.FormatBool(shown) {
			u.t.Errorf("%s is printed: %s", id, got)
		}
	}
	if _, err := chromedp.Call(u.tab.Context, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{}); err != nil {
		u.t.Fatal(err)
	}
}

// keyboard uses the page without a mouse.
func (u *user) keyboard() {
	press := func(keys string) {
		if err := chromedp.Do(u.tab.Context, chromedp.KeyEvent(keys)); err != nil {
			u.t.Fatal(err)
		}
	}
	u.part("diagnose")
	u.do(`document.activeElement?.blur(); document.querySelector('nav a').focus()`)
	var order []string
	for range 12 {
		order = append(order, u.do(`return document.activeElement.id || document.activeElement.hash || document.activeElement.tagName`))
		press(kb.Tab)
	}
	if got := strings.Join(order, " "); !strings.HasPrefix(got, "#diagnose #pin #practise files paste SUMMARY judge") {
		u.t.Errorf("the order of focus is %s", got)
	}
	u.do(`document.querySelector('nav a[href="#pin"]').focus()`)
	press(kb.Enter)
	u.until(`document.getElementById('pin').checkVisibility()`)
	u.do(`document.getElementById('pin-text').value = ''; document.getElementById('pin-text').focus()`)
	press("12345670" + kb.Enter)
	u.until(`document.getElementById('pin-said').textContent.includes('12345670')`)
}

// large diagnoses a capture of 50 MB, and looks at the progress.
func (u *user) large() {
	u.part("diagnose")
	file := filepath.Join(u.t.TempDir(), "large.pcap")
	if said, err := exec.CommandContext(u.t.Context(), "go", "run", "../wpstraffic", "-size", "50", "-exchanges", "2500", file).CombinedOutput(); err != nil {
		u.t.Fatalf("%v: %s", err, said)
	}
	u.do(`window.steps = new Set(); new MutationObserver(() => window.steps.add(document.getElementById('progress').value)).observe(document.getElementById('progress'), {attributes: true})`)
	began := time.Now()
	if err := chromedp.Do(u.tab.Context, chromedp.SetUploadFiles(`#files`, []string{file})); err != nil {
		u.t.Fatal(err)
	}
	u.until(`document.getElementById('said').textContent.startsWith('2500 reports')`)
	u.t.Logf("50 MB, 2500 attempts: %v, %s steps of progress", time.Since(began).Round(10*time.Millisecond), u.do(`return window.steps.size`))
}

func (u *user) pin() {
	u.part("pin")
	u.do(`document.getElementById('pin-text').value = '1234567O'; document.getElementById('pin-form').requestSubmit()`)
	u.until(`document.getElementById('pin-said').textContent.includes('perhaps 12345670')`)
	u.look("pin")
	u.do(`document.getElementById('pin-make').click()`)
	u.until(`/^\d{8}$/.test(document.getElementById('pin-said').textContent)`)
}

func (u *user) practise() {
	u.do(`location.hash = 'practise?seed=5&scenario=mistyped'`)
	u.until(`document.querySelectorAll('#air li').length > 0 && document.getElementById('story').textContent`)
	u.do(`document.querySelector('[data-skip="120000"]').click()`)
	u.until(`document.getElementById('air').textContent.includes('M4')`)
	u.do(`document.getElementById('ask').click()`)
	u.until(`document.getElementById('doctor').textContent.includes('pin-first-half')`)
	u.look("practise")
	// With the right PIN it succeeds, and the address of the page records the
	// game.
	u.do(`document.querySelector('[data-do="printer-pin"]').click()`)
	u.until(`/PIN \d{8}/.test(document.getElementById('panel').textContent)`)
	u.do(`document.getElementById('device-pin').value = document.getElementById('panel').textContent.match(/PIN (\d{8})/)[1]; document.getElementById('router-pin').requestSubmit()`)
	u.until(`document.getElementById('answer').textContent.includes('takes the PIN')`)
	u.do(`document.querySelector('[data-skip="30000"]').click()`)
	u.until(`document.getElementById('panel').textContent.includes('connected')`)
	if address := u.do(`return location.hash`); !strings.Contains(address, "seed=5") || !strings.Contains(address, "router-pin") {
		u.t.Errorf("the address is %s", address)
	}
}
