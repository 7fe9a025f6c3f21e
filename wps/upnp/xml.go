package upnp

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// xmlType is the media type of all documents.
const xmlType = `text/xml; charset="utf-8"`

// Limits of a document, besides its length.
const (
	maxDepth    = 16
	maxElements = 1024
)

// element is an element of a document. Namespaces are dropped, because
// implementations get them wrong and ignore them.
type element struct {
	name     string
	text     string
	children []*element
	buf      []byte // the text so far
}

// parseXML parses a document up to the end of its root. It supports no entities
// but XML's own and refuses a document type, so that nothing is expanded or
// fetched.
func parseXML(object string, b []byte, limit int) (*element, error) {
	if len(b) > limit {
		return nil, wrong(object, "", ErrTooLong, "%d octets", len(b))
	}
	d := xml.NewDecoder(bytes.NewReader(bytes.ToValidUTF8(b, []byte("?"))))
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // only ASCII matters
	var open []*element
	for n := 0; ; {
		token, err := d.Token()
		if err != nil {
			var syntax *xml.SyntaxError
			switch {
			case errors.As(err, &syntax):
				return nil, wrong(object, "", ErrMalformed, "line %d: %s", syntax.Line, syntax.Msg)
			case errors.Is(err, io.EOF):
				return nil, wrong(object, "", ErrMalformed, "it has no element")
			}
			return nil, wrong(object, "", ErrMalformed, "%v", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			if n++; n > maxElements || len(open) == maxDepth {
				return nil, wrong(object, "", ErrTooLong, "more than %d elements, or nested more than %d deep", maxElements, maxDepth)
			}
			e := &element{name: token.Name.Local}
			if len(open) > 0 {
				parent := open[len(open)-1]
				parent.children = append(parent.children, e)
			}
			open = append(open, e)
		case xml.CharData:
			if len(open) > 0 {
				e := open[len(open)-1]
				e.buf = append(e.buf, token...)
			}
		case xml.EndElement:
			e := open[len(open)-1]
			e.text, e.buf = string(e.buf), nil
			if len(open) == 1 {
				return open[0], nil
			}
			open = open[:len(open)-1]
		case xml.Directive:
			return nil, wrong(object, "", ErrMalformed, "it has a document type")
		}
	}
}

// find returns the first element with a name at any depth, including e itself.
func (e *element) find(name string) *element {
	if e.name == name {
		return e
	}
	for _, c := range e.children {
		if found := c.find(name); found != nil {
			return found
		}
	}
	return nil
}

// child returns the text of a child without surrounding white space.
func (e *element) child(name string) string {
	for _, c := range e.children {
		if c.name == name {
			return strings.TrimSpace(c.text)
		}
	}
	return ""
}

// appendElement appends an element with text.
func appendElement(dst []byte, name, text string) []byte {
	dst = append(append(append(dst, '<'), name...), '>')
	b := bytes.NewBuffer(dst)
	xml.EscapeText(b, []byte(text)) // a buffer never fails
	return append(append(append(b.Bytes(), "</"...), name...), ">\n"...)
}

// decodeBase64 tolerates white space anywhere and missing padding.
func decodeBase64(s string) ([]byte, error) {
	s = strings.TrimRight(strings.Join(strings.Fields(s), ""), "=")
	return base64.RawStdEncoding.DecodeString(s)
}
