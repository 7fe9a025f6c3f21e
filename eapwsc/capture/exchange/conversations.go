package exchange

import (
	"container/list"
	"time"

	"github.com/gowps/gowps/wps"
)

const (
	// maxConversations limits the conversations that are followed at a time.
	maxConversations = 4096

	// lingerTime is how long after a success an exchange is kept open for the use
	// of the settings, settle how long after a failure for late frames; idle is
	// the longest silence within an exchange.
	lingerTime = 30 * time.Second
	settleTime = 2 * time.Second
	idleTime   = 150 * time.Second
)

// conversations holds the open conversations, in the order of their last
// events.
type conversations struct {
	byParty map[party]*conversation
	recent  *list.List // of *conversation, the most recent at the back
	// byAP maps access points to the conversations that a frame to all its
	// stations can end: see [conversations.connect].
	byAP map[wps.MAC]map[*conversation]struct{}

	// lingering is the last of those at the front of recent that were found to
	// linger: none of them ends before its linger time. It is nil if unknown.
	// unordered reports that recent is not in the order of time.
	lingering *list.Element
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

// oldest returns the conversation with the oldest last event, or nil.
func (c *conversations) oldest() *conversation {
	if c.recent.Len() == 0 {
		return nil
	}
	return c.recent.Front().Value.(*conversation)
}

// touch moves a conversation to the back.
func (c *conversations) touch(v *conversation, now time.Time) {
	v.last = now
	c.invalidateCursor(v)
	c.recent.MoveToBack(v.place)
	if before := v.place.Prev(); before != nil && before.Value.(*conversation).last.After(now) {
		c.lingering, c.unordered = nil, true
	}
}

// endedUnheard handles a conversation that has ended without an event of its
// own: it may time out earlier than expected.
func (c *conversations) endedUnheard(v *conversation, now time.Time) {
	if now.Sub(v.last) >= settleTime {
		c.lingering = nil
	}
}

// invalidateCursor handles a conversation that leaves its place: it must not be
// the last of those that linger.
func (c *conversations) invalidateCursor(v *conversation) {
	if c.lingering == v.place {
		c.lingering = v.place.Prev()
	}
}

// expired calls f with each conversation that has timed out.
func (c *conversations) expired(now time.Time, f func(*conversation)) {
	// Of those that linger, the first one times out first: if it has not,
	// continue after them.
	behind := c.lingering == nil
	for at := c.recent.Front(); at != nil; {
		v := at.Value.(*conversation)
		silence := now.Sub(v.last)
		if !behind && silence < lingerTime {
			behind, at = true, c.lingering.Next()
			continue
		}
		behind = behind || at == c.lingering
		at = at.Next()
		switch {
		case silence < settleTime:
			return
		case silence >= v.patience():
			f(v)
		case behind && !c.unordered:
			c.lingering = v.place
		}
	}
}

// latest returns the most recent conversation that has an exchange and for
// which fits is true; nil if there is none among the last maxLatest. It is used
// for frames without an address of the station.
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

// maxLatest is how many conversations are searched by their access point: on a
// wire, where addresses are missing, there are few at a time.
const maxLatest = 64

// connect records that a station is connected to the access point of its
// exchange, so that a disconnection of all its stations includes this one.
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

// disconnect records that a station is not connected.
func (c *conversations) disconnect(v *conversation) {
	if v.connected == (wps.MAC{}) {
		return
	}
	if delete(c.byAP[v.connected], v); len(c.byAP[v.connected]) == 0 {
		delete(c.byAP, v.connected)
	}
	v.connected = wps.MAC{}
}
