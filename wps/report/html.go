package report

import (
	"bufio"
	"cmp"
	_ "embed"
	"fmt"
	"io"
	"slices"
	"strconv"

	"maragu.dev/gomponents"
	"maragu.dev/gomponents/html"

	"github.com/gowps/gowps/wps/printable"
)

// Options control how a report is written.
type Options struct {
	// Secrets includes the values of secret attributes.
	Secrets bool
}

//go:embed page.css
var pageStyle string

// policy is the Content-Security-Policy of the page: it loads nothing.
const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"

// Style returns the style sheet of the page, for other pages that contain
// reports.
func Style() string { return pageStyle }

// HTML writes the report as a page without external resources.
//
// The page is made of elements, not of a template of html/template: its use of
// reflection would keep every method of the program in the binary, which makes
// the page of a browser a quarter larger.
func (d *Document) HTML(w io.Writer, o Options) error {
	out := bufio.NewWriterSize(printable.NewWriter(w, printable.Lossless), 1<<16) // nodes write a few characters at a time
	if err := d.page(o).Render(out); err != nil {
		return err
	}
	return out.Flush()
}

// page returns the page of a document.
func (d *Document) page(o Options) gomponents.Node {
	return html.Doctype(html.HTML(html.Lang("en"),
		html.Head(
			html.Meta(html.Charset("utf-8")),
			html.Meta(html.Name("viewport"), html.Content("width=device-width, initial-scale=1")),
			html.Meta(gomponents.Attr("http-equiv", "Content-Security-Policy"), html.Content(policy)),
			html.Meta(html.Name("color-scheme"), html.Content("light dark")),
			html.Link(html.Rel("icon"), html.Href("data:,")),
			html.TitleEl(text(d.Title)),
			html.StyleEl(gomponents.Raw(pageStyle)),
		),
		html.Body(
			html.Header(
				html.H1(text(d.Title)),
				optional(d.Lead, func() gomponents.Node { return html.P(html.Class("lead"), text(d.Lead)) }),
				gomponents.Iff(o.Secrets, func() gomponents.Node {
					return html.P(html.Class("finding error"), html.B(text("This page holds secrets:")), text(" keys or PINs. Do not pass it on."))
				}),
				gomponents.Iff(len(d.Parts) > 1, d.contents),
			),
			html.Main(numbered(d.Parts, func(i int, p Part) gomponents.Node { return p.section(i+1, o) })),
			optional(d.Foot, func() gomponents.Node { return html.Footer(html.P(text(d.Foot))) }),
		),
	))
}

// contents returns links to the parts.
func (d *Document) contents() gomponents.Node {
	return html.Nav(html.Aria("label", "Contents"), html.Ol(numbered(d.Parts, func(i int, p Part) gomponents.Node {
		item := gomponents.Group{html.A(html.Href("#part-"+strconv.Itoa(i+1)), text(p.Heading))}
		if p.Verdict != nil {
			item = append(item, text(" "), html.Span(class("label", p.Verdict.Mood), text(p.Verdict.Label)))
		}
		return html.Li(item)
	})))
}

// section returns a part with its number, from 1.
func (p *Part) section(number int, o Options) gomponents.Node {
	id := strconv.Itoa(number)
	content := gomponents.Group{html.ID("part-" + id), html.Aria("labelledby", "heading-"+id), html.H2(html.ID("heading-"+id), text(p.Heading))}
	if p.Verdict != nil {
		content = append(content, p.Verdict.block())
	}
	if len(p.Facts) > 0 {
		content = append(content, html.Dl(html.Class("facts"), each(p.Facts, func(f Fact) gomponents.Node {
			return html.Div(html.Dt(text(f.Name)), html.Dd(text(f.Value)))
		})))
	}
	if p.Ladder != nil {
		content = append(content, p.Ladder.figure())
	}
	if len(p.Findings) > 0 {
		content = append(content, html.H3(text("Findings")), html.Ul(html.Class("findings"), each(p.Findings, Finding.item)))
	}
	content = append(content, each(p.Bars, Bars.table), each(p.Tables, Table.table))
	if len(p.Messages) > 0 {
		content = append(content, html.H3(text("The messages with their attributes")),
			each(p.Messages, func(m Message) gomponents.Node { return m.details(o) }))
	}
	if p.Verdict != nil && p.Verdict.Detail != "" {
		content = append(content, html.H3(text("For an engineer")), html.P(text(p.Verdict.Detail)))
	}
	if len(p.Notes) > 0 {
		content = append(content, html.H3(text("Notes")), html.Ul(each(p.Notes, item)))
	}
	return html.Section(content)
}

// block returns the verdict with its steps.
func (v *Verdict) block() gomponents.Node {
	return gomponents.Group{
		html.Div(class("verdict", v.Mood),
			html.P(html.Class("text"), text(v.Text)),
			optional(v.Label, func() gomponents.Node { return html.P(class("label", v.Mood), text(v.Label)) }),
		),
		gomponents.Iff(len(v.Steps) > 0, func() gomponents.Node {
			return gomponents.Group{html.H3(text("What to do")), html.Ol(html.Class("steps"), each(v.Steps, item))}
		}),
		gomponents.Iff(len(v.Besides) > 0, func() gomponents.Node {
			return gomponents.Group{html.H3(text("Besides")), html.Ul(each(v.Besides, item))}
		}),
	}
}

// figure returns the ladder as a picture, for wide and for narrow screens, and
// in words.
func (l *Ladder) figure() gomponents.Node {
	return gomponents.Group{
		html.H3(text("The messages")),
		html.Figure(html.Class("ladder"),
			html.Div(html.Class("wide"), gomponents.Raw(l.svg(true, false))),
			html.Div(html.Class("narrow"), gomponents.Raw(l.svg(false, false))),
		),
		html.Details(html.Class("list"), html.Summary(text("The messages in words")), html.Ol(each(l.Arrows, Arrow.item))),
	}
}

// item returns the message in words, with its findings.
func (r Arrow) item() gomponents.Node {
	words := fmt.Sprintf(" at %.3f s", r.At.Seconds())
	if r.Frame != 0 {
		words += ", frame " + strconv.Itoa(r.Frame)
	}
	if r.Text != "" {
		words += ": " + r.Text
	}
	if n := len(r.Repeats); n > 0 {
		words += fmt.Sprintf("; sent %d times more", n)
	}
	return html.Li(html.B(text(r.Name)), text(words), each(r.Findings, func(f Finding) gomponents.Node {
		return html.P(class("finding", f.Mood), text(f.Mood.String()+": "+f.Text))
	}))
}

// item returns the finding as an item of a list.
func (f Finding) item() gomponents.Node {
	words := ": " + f.Text
	if f.Where != "" {
		words = " in " + f.Where + words
	}
	return html.Li(class("finding", f.Mood), html.B(text(f.Mood.String())), text(words),
		optional(f.Rule, func() gomponents.Node { return gomponents.Group{text(" "), html.Code(text(f.Rule))} }))
}

// scroll returns a table that can be scrolled, below its caption.
func scroll(caption string, table gomponents.Node) gomponents.Node {
	return gomponents.Group{
		html.H3(text(caption)),
		html.Div(html.Class("scroll"), html.TabIndex("0"), html.Role("region"), html.Aria("label", caption), table),
	}
}

// table returns the chart as a table with a bar in each row.
func (b Bars) table() gomponents.Node {
	return scroll(b.Caption, html.Table(html.Class("bars"),
		html.THead(html.Tr(
			html.Th(html.Scope("col"), gomponents.Raw("&nbsp;")),
			html.Th(html.Scope("col"), html.Class("numeric"), text(cmp.Or(b.Unit, "number"))),
			html.Th(html.Scope("col"), html.Span(html.Class("unseen"), text("as a bar"))),
		)),
		html.TBody(each(b.Bars, func(bar Bar) gomponents.Node {
			return html.Tr(
				html.Th(html.Scope("row"), text(bar.Label)),
				html.Td(html.Class("numeric"), text(strconv.FormatInt(bar.Count, 10))),
				html.Td(html.SVG(class("bar", bar.Mood), gomponents.Attr("viewBox", "0 0 100 10"), gomponents.Attr("preserveAspectRatio", "none"), html.Aria("hidden", "true"),
					gomponents.El("rect", html.Width(strconv.Itoa(b.share(bar))), html.Height("10")))),
			)
		})),
	))
}

// table returns the table below its caption.
func (t Table) table() gomponents.Node {
	numeric := func(column int) gomponents.Node {
		return gomponents.If(slices.Contains(t.Numeric, column), html.Class("numeric"))
	}
	return scroll(t.Caption, html.Table(
		html.THead(html.Tr(numbered(t.Head, func(column int, heading string) gomponents.Node {
			return html.Th(html.Scope("col"), numeric(column), text(heading))
		}))),
		html.TBody(numbered(t.Rows, func(row int, cells []string) gomponents.Node {
			return html.Tr(html.Class(t.mood(row).String()), numbered(cells, func(column int, cell string) gomponents.Node {
				return html.Td(numeric(column), text(cell))
			}))
		})),
	))
}

// details returns the message with its attributes, folded.
func (m Message) details(o Options) gomponents.Node {
	var attributes gomponents.Node = html.P(text("It has no attributes that can be read."))
	if len(m.Attributes) > 0 {
		attributes = html.Ul(html.Class("attributes"), each(m.Attributes, func(a Attribute) gomponents.Node { return a.item(o) }))
	}
	return html.Details(html.Class("message"),
		html.Summary(html.B(text(m.Name)), optional(m.Note, func() gomponents.Node {
			return gomponents.Group{text(" "), html.Span(html.Class("note"), text(m.Note))}
		})),
		attributes)
}

// item returns the attribute with those inside it. A secret value is omitted
// unless the options include it.
func (a Attribute) item(o Options) gomponents.Node {
	value := optional(a.Value, func() gomponents.Node { return html.Span(html.Class("value"), text(a.Value)) })
	if a.Secret && !o.Secrets {
		value = html.Span(html.Class("secret"), text("hidden, as it is a secret"))
	}
	return html.Li(gomponents.If(a.Mood != Neutral, html.Class(a.Mood.String())),
		html.Span(html.Class("name"), text(a.Name)), text(" "), html.Code(text(a.ID)), text(" "),
		html.Span(html.Class("note"), text(fmt.Sprintf("offset %d, %d octets", a.Offset, a.Length))), text(" "), value,
		gomponents.Iff(len(a.Attributes) > 0, func() gomponents.Node {
			return html.Ul(each(a.Attributes, func(inner Attribute) gomponents.Node { return inner.item(o) }))
		}))
}

// item returns a text as an item of a list.
func item(s string) gomponents.Node { return html.Li(text(s)) }

// text returns a text, escaped for HTML.
func text(s string) gomponents.Node { return gomponents.Text(s) }

// class returns the class attribute of a thing that has a mood.
func class(name string, m Mood) gomponents.Node { return html.Class(name + " " + m.String()) }

// optional returns a node if a text is not empty.
func optional(s string, node func() gomponents.Node) gomponents.Node {
	return gomponents.Iff(s != "", node)
}

// each returns a node for each element of a list.
func each[T any](list []T, node func(T) gomponents.Node) gomponents.Group {
	return numbered(list, func(_ int, element T) gomponents.Node { return node(element) })
}

// numbered returns a node for each element of a list and its index.
func numbered[T any](list []T, node func(int, T) gomponents.Node) gomponents.Group {
	nodes := make(gomponents.Group, len(list))
	for i, element := range list {
		nodes[i] = node(i, element)
	}
	return nodes
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
