package ap

import "container/list"

// sessionList holds sessions in order of arrival. The cost of removing one does
// not depend on their number.
type sessionList struct {
	list list.List
	at   map[*Session]*list.Element
}

// add adds a session, unless it is there.
func (l *sessionList) add(s *Session) {
	if l.at[s] != nil {
		return
	}
	if l.at == nil {
		l.at = make(map[*Session]*list.Element)
	}
	l.at[s] = l.list.PushBack(s)
}

// remove removes a session, if it is there.
func (l *sessionList) remove(s *Session) {
	if e := l.at[s]; e != nil {
		l.list.Remove(e)
		delete(l.at, s)
	}
}

func (l *sessionList) len() int { return l.list.Len() }

// all yields the sessions. The current one may be removed.
func (l *sessionList) all(yield func(*Session) bool) {
	for e := l.list.Front(); e != nil; {
		next := e.Next()
		if !yield(e.Value.(*Session)) {
			return
		}
		e = next
	}
}
