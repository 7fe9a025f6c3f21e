package main

import (
	"encoding/json"
	"html"
	"os"
	"strings"
	"testing"
	"unicode/utf16"
)

// TestPosts checks typical posts to forums and bug trackers, written for this
// test, against the cause that an expert would name. Each post is a part of
// testdata/posts.txt that begins with a line "=== NAME | CAUSES | KEY=VALUE …":
// one cause for each attempt, or "error" if nothing in it is about WPS.
func TestPosts(t *testing.T) {
	text, err := os.ReadFile("testdata/posts.txt")
	if err != nil {
		t.Fatal(err)
	}
	posts := strings.Split("\n"+string(text), "\n=== ")[1:]
	if len(posts) < 60 {
		t.Errorf("%d posts", len(posts))
	}
	forms := []struct {
		name string
		of   func(string) string
	}{
		{"as written", func(s string) string { return s }},
		{"of Windows", func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }},
		{"UTF-16", func(s string) string {
			b := []byte{0xff, 0xfe}
			for _, c := range utf16.Encode([]rune(s)) {
				b = append(b, byte(c), byte(c>>8))
			}
			return string(b)
		}},
		{"UTF-16 of the other order, without a mark", func(s string) string {
			b := []byte{}
			for _, c := range utf16.Encode([]rune(s)) {
				b = append(b, byte(c>>8), byte(c))
			}
			return string(b)
		}},
		{"of an old Mac", func(s string) string { return strings.ReplaceAll(s, "\n", "\r") }},
		{"behind Latin-1 and noise", func(s string) string { return "Gr\xfc\xdfe\n\x00\xc6\x9e|\xe4\x02l\x8c\n" + s }},
		{"a string of JSON", func(s string) string {
			b, err := json.Marshal(map[string]string{"log": s})
			if err != nil {
				t.Fatal(err)
			}
			return string(b)
		}},
		{"the source of a page", func(s string) string {
			return "<html><body><pre class=\"log\">" + strings.ReplaceAll(html.EscapeString(s), "\n", "<br>\n") + "</pre></body></html>"
		}},
		{"a page in one line", func(s string) string {
			return "<p>My log:</p><code>" + strings.ReplaceAll(html.EscapeString(s), "\n", "<br />") + "</code>"
		}},
		{"quoted twice", func(s string) string { return "> > " + strings.ReplaceAll(s, "\n", "\n> > ") }},
		{"between other lines", func(s string) string {
			return "Hello,\nthis is what I get:\n\n" + s + "\n\nAny idea? Thanks in advance!\n-- \nMein Router steht im Flur.\n"
		}},
	}
	for _, post := range posts {
		head, body, _ := strings.Cut(post, "\n")
		fields := strings.Split(head, " | ")
		if len(fields) < 2 {
			t.Errorf("%q has no cause", head)
			continue
		}
		for _, form := range forms {
			_, out, errs := runProgram(t, strings.NewReader(form.of(body)), "-json", "-")
			got, last := []string{}, map[string]any{}
			for line := range strings.Lines(out) {
				last = map[string]any{}
				if err := json.Unmarshal([]byte(line), &last); err != nil {
					t.Fatal(err)
				}
				got = append(got, last["cause"].(string))
			}
			if len(got) == 0 && errs != "" {
				got = []string{"error"}
			}
			if causes := strings.Join(got, " "); causes != strings.TrimSpace(fields[1]) {
				t.Errorf("%s, %s: %s, want %s", fields[0], form.name, causes, fields[1])
			}
			for _, f := range fields[2:] {
				key, want, _ := strings.Cut(strings.TrimSpace(f), "=")
				if value, _ := last[key].(string); value != want {
					t.Errorf("%s, %s: %s is %q, want %q", fields[0], form.name, key, value, want)
				}
			}
			if strings.Contains(out, "00:00:00:00:00:00") {
				t.Errorf("%s: an address that is not known is shown", fields[0])
			}
		}
	}
}
