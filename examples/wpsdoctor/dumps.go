package main

import (
	"fmt"
	"strings"

	"github.com/gowps/gowps/examples/internal/diagnosis"
)

// writeDumps writes the hex dumps, attribute by attribute.
func (w *writer) writeDumps(all []diagnosis.Dump) {
	for _, d := range all {
		fmt.Fprintf(w.out, "%s\n", bold(w.wrap(fmt.Sprintf("%s, line %d: %s, %d octets", diagnosis.Shown(w.file), d.Line, d.Name, d.Octets), "")))
		w.writeAttributes(d.Attributes, 1)
		for i := range d.Findings {
			w.finding(&d.Findings[i])
		}
		fmt.Fprintln(w.out)
	}
}

func (w *writer) writeAttributes(all []diagnosis.Attribute, depth int) {
	for _, a := range all {
		value := "(not shown)"
		if a.Value != nil {
			value = *a.Value
		}
		line := fmt.Sprintf("%s%5d  %s  %-26s ", strings.Repeat("  ", depth), a.Offset, a.ID, a.Name)
		fmt.Fprintf(w.out, "%s%s\n", line, w.wrap(value, strings.Repeat(" ", len(line))))
		w.writeAttributes(a.Attributes, depth+1)
	}
}

// limits writes what the kind of text does not show.
func (w *writer) limits(o *diagnosis.Origin) {
	if o == nil || len(o.Limits) == 0 || w.quiet {
		return
	}
	fmt.Fprintf(w.out, "%s\n", bold(w.wrap("What this "+o.Kind+" does not show", "")))
	for _, text := range o.Limits {
		fmt.Fprintf(w.out, "  -  %s\n", w.wrap(text, "     "))
	}
	fmt.Fprintln(w.out)
}
