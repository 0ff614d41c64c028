package gitrepo

import (
	"testing"

	"github.com/go-git/go-git/v5/plumbing"
)

func TestObjectCache(t *testing.T) {
	t.Parallel()
	c := newObjectCache()
	object := func(size int) plumbing.EncodedObject {
		o := &plumbing.MemoryObject{}
		o.SetType(plumbing.BlobObject)
		if _, err := o.Write(make([]byte, size)); err != nil {
			t.Fatal(err)
		}
		return o
	}
	name := func(i int) plumbing.Hash { return plumbing.Hash{byte(i), byte(i >> 8), 1} }
	base, asked := object(10), object(20)
	c.Put(base)
	c.Put(asked)
	if _, ok := c.Get(base.Hash()); ok {
		t.Error("there before it was settled")
	}
	c.settle(name(0), asked)
	for h, want := range map[plumbing.Hash]plumbing.EncodedObject{name(0): asked, base.Hash(): base} {
		if got, ok := c.Get(h); !ok || got != want {
			t.Errorf("%s: got %v, %v", h, got, ok)
		}
	}
	c.Put(object(30))
	c.settle(name(1), nil) // reading failed: nothing is kept of it
	if len(c.objects) != 2 {
		t.Errorf("got %d objects, want 2", len(c.objects))
	}
	for i := range 100 {
		o := object(cacheBytes / 10)
		c.Put(o)
		c.settle(name(100+i), o)
		if _, ok := c.Get(name(0)); !ok && i < 50 {
			t.Fatalf("round %d: what is used is gone", i)
		}
	}
	if c.size > cacheBytes || len(c.objects) > 12 || c.used.Len() != len(c.objects) {
		t.Errorf("got %d objects of %d bytes", len(c.objects), c.size)
	}
	large := object(cacheBytes)
	c.Put(large)
	c.settle(name(1), large)
	if _, ok := c.Get(name(1)); ok {
		t.Error("one object fills the cache")
	}
}
