package exchange

import (
	"container/list"
	"time"

	"github.com/gowps/gowps/wps"
)

const (
	// maxConversations bounds the conversations that are followed at a time.
	maxConversations = 4096

	// linger is how long after a success an exchange is kept open for what
	// becomes of the settings, settle how long after a failure for what comes
	// late; idle is how long silence may last within one.
	linger = 30 * time.Second
	settle = 2 * time.Second
	idle   = 150 * time.Second
)

// conversations are those that go on, in the order in which they were heard
// last.
type conversations struct {
	byParty map[party]*conversation
	recent  *list.List // of *conversation, the one heard last at the back
	// byAP has those at an access point that a frame to all its stations can
	// end: see [conversations.connect].
	byAP map[wps.MAC]map[*conversation]struct{}

	// settled is the last of those at the front of recent that were found to
	// linger: none of them is over before it has done so. It is nil if that is
	// not known. unordered reports that recent is not in the order of time.
	settled   *list.Element
	unordered bool
}

func newConversations() conversations {
	return conversations{byParty: map[party]*conversation{}, recent: list.New(), byAP: map[wps.MAC]map[*conversation]struct{}{}}
}

// add adds the conversation of a party.
func (c *conversations) add(v *conversation) {
	c.byParty[v.party] = v
	v.place = c.recent.PushBack(v)
}

// remove forgets a conversation.
func (c *conversations) remove(v *conversation) {
	c.invalidateCursor(v)
	c.disconnect(v)
	c.recent.Remove(v.place)
	delete(c.byParty, v.party)
}

// oldest returns the conversation heard longest ago, nil if there is none.
func (c *conversations) oldest() *conversation {
	if c.recent.Len() == 0 {
		return nil
	}
	return c.recent.Front().Value.(*conversation)
}

// heard moves a conversation to the back.
func (c *conversations) heard(v *conversation, now time.Time) {
	v.last = now
	c.invalidateCursor(v)
	c.recent.MoveToBack(v.place)
	if before := v.place.Prev(); before != nil && before.Value.(*conversation).last.After(now) {
		c.settled, c.unordered = nil, true
	}
}

// endedUnheard is for a conversation that has ended though nothing was heard in
// it: it may be over before it was expected to be.
func (c *conversations) endedUnheard(v *conversation, now time.Time) {
	if now.Sub(v.last) >= settle {
		c.settled = nil
	}
}

// invalidateCursor is for a conversation that leaves its place: it is not to be
// the last of those that linger.
func (c *conversations) invalidateCursor(v *conversation) {
	if c.settled == v.place {
		c.settled = v.place.Prev()
	}
}

// expired calls f with each conversation that is over by its silence.
func (c *conversations) expired(now time.Time, f func(*conversation)) {
	// Of those that linger, the one heard first is over first: if it is not, go
	// on behind them.
	behind := c.settled == nil
	for at := c.recent.Front(); at != nil; {
		v := at.Value.(*conversation)
		silence := now.Sub(v.last)
		if !behind && silence < linger {
			behind, at = true, c.settled.Next()
			continue
		}
		behind = behind || at == c.settled
		at = at.Next()
		switch {
		case silence < settle:
			return
		case silence >= v.patience():
			f(v)
		case behind && !c.unordered:
			c.settled = v.place
		}
	}
}

// latest returns the conversation heard last that has an exchange and fits; nil
// if there is none among the last ones. It is asked for conversations whose
// address is not known, and looks no further than maxLatest.
func (c *conversations) latest(fits func(*conversation) bool) *conversation {
	at := c.recent.Back()
	for range maxLatest {
		if at == nil {
			return nil
		}
		if v := at.Value.(*conversation); v.exchange != nil && fits(v) {
			return v
		}
		at = at.Prev()
	}
	return nil
}

// maxLatest is how many conversations are looked at to find one by its access
// point: on a wire, where addresses are missing, there are few at a time.
const maxLatest = 64

// connect notes that a station is connected to the access point of its exchange,
// so that a disconnection of all its stations is one of this station.
func (c *conversations) connect(v *conversation) {
	ap := wps.MAC{}
	if v.exchange != nil && v.party.transport == TransportEAPOL {
		ap = v.exchange.AP
	}
	if v.connected == ap {
		return
	}
	c.disconnect(v)
	if ap == (wps.MAC{}) {
		return
	}
	v.connected = ap
	if c.byAP[ap] == nil {
		c.byAP[ap] = map[*conversation]struct{}{}
	}
	c.byAP[ap][v] = struct{}{}
}

// disconnect notes that a station is connected to no access point.
func (c *conversations) disconnect(v *conversation) {
	if v.connected == (wps.MAC{}) {
		return
	}
	if delete(c.byAP[v.connected], v); len(c.byAP[v.connected]) == 0 {
		delete(c.byAP, v.connected)
	}
	v.connected = wps.MAC{}
}
