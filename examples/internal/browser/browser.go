// Package browser opens pages in headless Chromium, for tests.
package browser

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Tab is a page in a browser.
type Tab struct {
	Context context.Context

	mu       sync.Mutex
	problems []string
	requests []string
}

// Open starts a browser with an empty page. Without Chromium the test is
// skipped, or fails if WPS_BROWSER=required is set.
func Open(t *testing.T) *Tab {
	t.Helper()
	program := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	switch {
	case program != "":
	case os.Getenv("WPS_BROWSER") == "required":
		t.Fatal("WPS_BROWSER=required, and there is no Chromium (Debian package chromium)")
	default:
		t.Skip("there is no Chromium (Debian package chromium)")
	}
	allocator, stop := chromedp.NewExecAllocator(t.Context(),
		chromedp.ExecPath(program), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))
	t.Cleanup(stop)
	ctx, closeTab := chromedp.NewContext(allocator)
	t.Cleanup(closeTab)
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(cancel)
	tab := &Tab{Context: ctx}
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	err := chromedp.Listen(ctx, tab.event)
	if err == nil {
		_, err = chromedp.Call(ctx, log.Enable, cdp.Empty{})
	}
	if err == nil {
		_, err = chromedp.Call(ctx, network.Enable, network.EnableParams{})
	}
	if err != nil {
		t.Fatal(err)
	}
	return tab
}

// event records console errors, exceptions and requests.
func (b *Tab) event(e any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := e.(type) {
	case *log.EventEntryAdded:
		b.problems = append(b.problems, fmt.Sprintf("%s: %s", e.Entry.Level, e.Entry.Text))
	case *runtime.EventExceptionThrown:
		b.problems = append(b.problems, e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" || e.Type == "warning" {
			b.problems = append(b.problems, string(e.Type))
		}
	case *network.EventRequestWillBeSent:
		b.requests = append(b.requests, e.Request.URL)
	}
}

// Problems returns the console errors and exceptions of the page.
func (b *Tab) Problems() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string(nil), b.problems...)
}

// Foreign returns the requests that begin with none of the prefixes.
func (b *Tab) Foreign(prefixes ...string) (all []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
next:
	for _, url := range b.requests {
		for _, prefix := range append(prefixes, "data:") {
			if strings.HasPrefix(url, prefix) {
				continue next
			}
		}
		all = append(all, url)
	}
	return all
}

// Look sets the width of the window and the preferred colour scheme, light or
// dark.
func (b *Tab) Look(width int64, colours string) error {
	if err := chromedp.Do(b.Context, chromedp.EmulateViewport(width, 900)); err != nil {
		return err
	}
	_, err := chromedp.Call(b.Context, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: colours}},
	})
	return err
}

// Audit returns faults of the displayed page: text with too little contrast
// (WCAG 2 AA), headings that skip a level, a page wider than the window.
func (b *Tab) Audit() (faults []string, err error) {
	return chromedp.Run(b.Context, chromedp.Evaluate[[]string](audit))
}

// audit is the script of [Tab.Audit].
const audit = `(() => {
  const faults = [];
  const rgb = s => (s.match(/[\d.]+/g) || []).map(Number);
  const luminance = c => {
    const [r, g, b] = c.slice(0, 3).map(v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; });
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const background = e => {
    for (; e; e = e.parentElement) {
      const c = rgb(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] > .5) return c;
    }
    return [255, 255, 255];
  };
  const seen = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let n; n = walker.nextNode();) {
    const e = n.parentElement;
    if (!n.data.trim() || !e.checkVisibility() || e.closest('title,style,script')) continue;
    const style = getComputedStyle(e);
    const svg = e instanceof SVGElement;
    const a = luminance(rgb(svg ? style.fill : style.color)), b = luminance(background(svg ? e.closest('svg').parentElement : e));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    const what = e.tagName + '.' + (e.getAttribute('class') || '');
    if (ratio < 4.5 && !seen.has(what)) { seen.add(what); faults.push('contrast ' + ratio.toFixed(2) + ' of ' + what + ': ' + n.data.trim().slice(0, 40)); }
  }
  let level = 0;
  for (const h of document.querySelectorAll('h1,h2,h3,h4,h5,h6')) {
    const l = +h.tagName[1];
    if (l > level + 1) faults.push('heading ' + h.textContent + ' skips a level');
    level = l;
  }
  if (document.querySelectorAll('h1').length !== 1) faults.push('there is not one h1');
  if (document.documentElement.scrollWidth > window.innerWidth) faults.push('the page is ' + document.documentElement.scrollWidth + ' wide, the window ' + window.innerWidth);
  for (const e of document.querySelectorAll('img:not([alt]),button:empty,a:empty')) faults.push(e.outerHTML + ' says nothing');
  for (const e of document.querySelectorAll('svg:not([aria-hidden])')) if (!e.getAttribute('aria-label') || e.getAttribute('role') !== 'img') faults.push('a picture has no name');
  return faults;
})()`
