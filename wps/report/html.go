package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"sync"

	"github.com/gowps/gowps/wps/printable"
)

// Options control how a report is written.
type Options struct {
	// Secrets includes the values of secret attributes.
	Secrets bool
}

//go:embed page.html
var pageSource string

//go:embed page.css
var pageStyle string

// Style returns the style sheet of the page, for other pages that contain
// reports.
func Style() string { return pageStyle }

// page is the template of a report.
var page = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("page").Funcs(template.FuncMap{
		"style":  func() template.CSS { return template.CSS(pageStyle) },
		"wide":   func(l *Ladder) template.HTML { return template.HTML(l.svg(true, false)) },
		"narrow": func(l *Ladder) template.HTML { return template.HTML(l.svg(false, false)) },
		"seconds": func(s Row) string {
			return fmt.Sprintf("%.3f", s.At.Seconds())
		},
		"numeric": func(t Table, column int) bool { return slices.Contains(t.Numeric, column) },
		"mood":    func(t Table, row int) Mood { return t.mood(row) },
		"share":   Bars.share,
		"number":  func(i int) int { return i + 1 },
		"view":    func(a Attribute, o Options) attributeView { return attributeView{a, o} },
		"parts":   func(d *Document) bool { return len(d.Parts) > 1 },
	}).Parse(pageSource))
})

// attributeView is an attribute with the options of the page.
type attributeView struct {
	Attribute
	Options Options
}

// Hidden reports whether the value is omitted.
func (v attributeView) Hidden() bool { return v.Secret && !v.Options.Secrets }

// HTML writes the report as a page without external resources.
func (d *Document) HTML(w io.Writer, o Options) error {
	out := printable.NewWriter(w, printable.Lossless)
	return page().Execute(out, struct {
		*Document
		Options Options
	}{d, o})
}

// mood returns the mood of a row, Neutral by default.
func (t Table) mood(row int) Mood {
	if row < len(t.Moods) {
		return t.Moods[row]
	}
	return Neutral
}

// share returns the length of a bar as a percentage of the longest one.
func (b Bars) share(bar Bar) int {
	most := int64(1)
	for _, other := range b.Bars {
		most = max(most, other.Count)
	}
	return int(max(bar.Count, 0) * 100 / most)
}
