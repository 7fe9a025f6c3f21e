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
	chunk   int // the size of the chunk that has begun, or trailer, or 0
}

// trailer stands for the fields after the last chunk.
const trailer = -1

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
		head, ok := s.cutHeader()
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
		s.head = m
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

// nextLine returns the next line of buf without its end, which may be with or
// without a carriage return. It continues where the last search stopped: each
// octet is searched once, however many segments bring it.
func (s *stream) nextLine() (line []byte, ok bool) {
	i := bytes.IndexByte(s.buf[s.seen:], '\n')
	if i < 0 {
		s.seen = len(s.buf)
		return nil, false
	}
	line = bytes.TrimSuffix(s.buf[s.line:s.seen+i], []byte("\r"))
	s.seen += i + 1
	s.line = s.seen
	return line, true
}

// cut removes the lines that nextLine has returned.
func (s *stream) cut() { s.buf, s.line, s.seen = s.buf[s.line:], 0, 0 }

// cutHeader removes a header with the empty line that ends it from buf, and
// returns it without that line.
func (s *stream) cutHeader() (head []byte, ok bool) {
	for {
		begin := s.line
		line, ok := s.nextLine()
		if !ok {
			return nil, false
		}
		if begin > 0 && len(line) == 0 {
			head = s.buf[:begin]
			s.cut()
			return head, true
		}
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
		switch m.chunk {
		case 0: // the line with the size
			line, ok := s.nextLine()
			if !ok {
				return false, noProblem
			}
			digits, _, _ := strings.Cut(string(line), ";")
			size, err := strconv.ParseUint(strings.TrimSpace(digits), 16, 32)
			switch {
			case err != nil:
				return false, httpMalformed
			case size > maxMessage:
				return false, httpTooLong
			case size == 0:
				m.chunk = trailer
			default:
				m.chunk = int(size)
			}
			s.cut()
		case trailer:
			// Trailer fields, if any, up to an empty line.
			line, ok := s.nextLine()
			if !ok {
				return false, noProblem
			}
			if len(line) == 0 {
				s.cut()
				return true, noProblem
			}
		default:
			if len(s.buf) <= m.chunk {
				return false, noProblem
			}
			s.seen = max(s.seen, m.chunk)
			if _, ok := s.nextLine(); !ok { // the line end after the data
				return false, noProblem
			}
			m.body = append(m.body, s.buf[:m.chunk]...)
			s.cut()
			m.chunk = 0
		}
	}
}
