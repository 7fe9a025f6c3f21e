package capture

import (
	"bytes"
	"strconv"
	"strings"
)

// maxHeader limits the header of an HTTP message.
const maxHeader = 8 << 10

// An httpMessage is a request or an answer that may belong to UPnP.
type httpMessage struct {
	method string // empty in an answer
	status int    // of an answer
	action string // from the SOAPAction header of a request
	body   []byte

	length  int // of the body; -1 if it ends with the connection
	chunked bool
}

// This parser is used instead of net/http, which reads from a blocking
// io.Reader: it would need a goroutine for each direction of a connection, or
// parse a message again with each segment. It also refuses headers that access
// points send and hostap accepts.

// message removes the next message from the stream. It returns nil without a
// problem if more octets are needed, and httpOther if the stream is not UPnP.
func (s *stream) message() (*httpMessage, problem) {
	if s.head == nil {
		s.buf = bytes.TrimLeft(s.buf, "\r\n")
		if !beginsHTTP(s.buf) {
			return nil, httpOther
		}
		head, rest, ok := cutHeader(s.buf)
		switch {
		case !ok && len(s.buf) > maxHeader:
			return nil, httpOther
		case !ok:
			return nil, noProblem
		}
		m, prob := parseHeader(head)
		if prob != noProblem {
			return nil, prob
		}
		s.head, s.buf = m, rest
	}
	m := s.head
	if m.length > maxMessage || len(m.body)+len(s.buf) > maxMessage {
		return nil, httpTooLong
	}
	switch {
	case m.chunked:
		last, prob := s.chunks(m)
		if !last || prob != noProblem {
			return nil, prob
		}
	case m.length >= 0 && len(s.buf) >= m.length:
		m.body, s.buf = s.buf[:m.length], s.buf[m.length:]
	case m.length < 0 && s.closed:
		m.body, s.buf = s.buf, nil
	default:
		return nil, noProblem
	}
	s.head = nil
	return m, noProblem
}

// cutHeader cuts b after the empty line that ends a header. Lines may end with
// or without a carriage return.
func cutHeader(b []byte) (head, rest []byte, ok bool) {
	for at := 0; ; {
		i := bytes.IndexByte(b[at:], '\n')
		if i < 0 {
			return nil, b, false
		}
		if line := b[at : at+i]; at > 0 && (len(line) == 0 || string(line) == "\r") {
			return b[:at], b[at+i+1:], true
		}
		at += i + 1
	}
}

// parseHeader parses the first line and the relevant fields. The problem is
// httpOther if the message is not UPnP.
func parseHeader(b []byte) (*httpMessage, problem) {
	line, fields, _ := strings.Cut(string(b), "\n")
	m := &httpMessage{length: -1}
	first, rest, _ := strings.Cut(line, " ")
	if strings.HasPrefix(first, "HTTP/") {
		number, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
		status, err := strconv.Atoi(number)
		if err != nil {
			return nil, httpMalformed
		}
		m.status = status
	} else {
		m.method, m.length = first, 0 // a request's body never ends with the connection
	}
	xml, event, service := false, false, false
	for field := range strings.Lines(fields) {
		name, value, _ := strings.Cut(field, ":")
		value = strings.TrimSpace(value)
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "content-length":
			length, err := strconv.Atoi(value)
			if err != nil || length < 0 {
				return nil, httpMalformed
			}
			m.length = length
		case "transfer-encoding":
			m.chunked = strings.EqualFold(value, "chunked")
		case "content-type":
			xml = strings.Contains(strings.ToLower(value), "xml")
		case "nt":
			event = strings.EqualFold(value, "upnp:event")
		case "soapaction":
			service = strings.Contains(value, ":WFAWLANConfig:")
			_, m.action, _ = strings.Cut(strings.Trim(value, `"`), "#")
		}
	}
	switch {
	case m.status >= 100 && m.status < 200, m.status == 204, m.status == 304:
		m.length, m.chunked = 0, false // these have no body
	case m.status != 0 && !xml && m.length != 0, // as most answers of web servers
		m.method == "POST" && !service,
		m.method == "NOTIFY" && !event:
		return nil, httpOther
	}
	return m, noProblem
}

// chunks moves complete chunks to the body, and reports whether the last one
// was among them.
func (s *stream) chunks(m *httpMessage) (last bool, prob problem) {
	for {
		i := bytes.IndexByte(s.buf, '\n')
		if i < 0 {
			return false, noProblem
		}
		digits, _, _ := strings.Cut(strings.TrimSpace(string(s.buf[:i])), ";")
		size, err := strconv.ParseUint(strings.TrimSpace(digits), 16, 32)
		switch {
		case err != nil:
			return false, httpMalformed
		case size > maxMessage:
			return false, httpTooLong
		case size == 0:
			// Trailer fields, if any, up to an empty line.
			if rest, ok := bytes.CutPrefix(s.buf[i+1:], []byte("\r\n")); ok {
				s.buf = rest
				return true, noProblem
			}
			_, rest, ok := cutHeader(s.buf[i+1:])
			if ok {
				s.buf = rest
			}
			return ok, noProblem
		}
		data := s.buf[i+1:]
		if len(data) <= int(size) {
			return false, noProblem
		}
		end := bytes.IndexByte(data[size:], '\n') // of the line end after the data
		if end < 0 {
			return false, noProblem
		}
		m.body = append(m.body, data[:size]...)
		s.buf = data[int(size)+end+1:]
	}
}
