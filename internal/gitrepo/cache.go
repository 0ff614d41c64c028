package gitrepo

import (
	"container/list"

	"github.com/go-git/go-git/v5/plumbing"
)

// cacheBytes is the size of the object cache: enough for the bases of the
// deltas that are being read. More makes nothing faster.
const cacheBytes = 16 << 20

// objectCache is go-git's cache of objects, least recently used out first. Its
// own asks each object for its hash, which computes it: a fifth of the time of
// a walk. Here the object that was asked for is put under the hash that it was
// asked by, and only others that were read on the way to it are hashed. It is
// used under the store's mutex.
type objectCache struct {
	size    int64
	used    *list.List // of *cached, the newest first
	objects map[plumbing.Hash]*list.Element
	pending []plumbing.EncodedObject
}

type cached struct {
	hash   plumbing.Hash
	object plumbing.EncodedObject
}

func newObjectCache() *objectCache {
	c := &objectCache{}
	c.Clear()
	return c
}

// Put implements cache.Object. The object is held back until settle.
func (c *objectCache) Put(o plumbing.EncodedObject) { c.pending = append(c.pending, o) }

// Get implements cache.Object.
func (c *objectCache) Get(h plumbing.Hash) (plumbing.EncodedObject, bool) {
	e, ok := c.objects[h]
	if !ok {
		return nil, false
	}
	c.used.MoveToFront(e)
	return e.Value.(*cached).object, true
}

// Clear implements cache.Object.
func (c *objectCache) Clear() {
	c.size, c.used, c.objects, c.pending = 0, list.New(), map[plumbing.Hash]*list.Element{}, nil
}

// settle takes in what was put since the last call; asked is the object that
// was asked for by hash, nil if that came to nothing.
func (c *objectCache) settle(h plumbing.Hash, asked plumbing.EncodedObject) {
	for _, o := range c.pending {
		if o == asked {
			c.add(h, o)
		} else if asked != nil {
			c.add(o.Hash(), o)
		}
	}
	clear(c.pending)
	c.pending = c.pending[:0]
}

func (c *objectCache) add(h plumbing.Hash, o plumbing.EncodedObject) {
	if _, ok := c.objects[h]; ok || o.Size() > cacheBytes/4 {
		return
	}
	c.objects[h] = c.used.PushFront(&cached{h, o})
	for c.size += o.Size(); c.size > cacheBytes; {
		last := c.used.Remove(c.used.Back()).(*cached)
		delete(c.objects, last.hash)
		c.size -= last.object.Size()
	}
}
