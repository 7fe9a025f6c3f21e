package text

import "testing"

// TestEntities checks what the source of a page has in the place of characters,
// and names of networks that look like it.
func TestEntities(t *testing.T) {
	for in, want := range map[string]string{
		"&lt;b&gt; &quot;x&quot; &#39;y&apos; &amp;": `<b> "x" 'y' &`,
		"a&nbsp;b&#60;&#x3C;":                        "a b<<",
		"ssid='Caf&eacute;'":                         "ssid='Café'",
		"ssid='B&ETH'":                               "ssid='B&ETH'",
		"ssid='R&D; home'":                           "ssid='R&D; home'",
		"a=1&copy=2;":                                "a=1&copy=2;",
		"&amp;lt;":                                   "&lt;",
		"&;&#;&":                                     "&;&#;&",
	} {
		if got := string(withoutEntities([]byte(in))); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}
