package compile

import (
	"context"
	"os"
	"testing"
)

func TestShippedFrameworks(t *testing.T) {
	repo := os.DirFS("../..")
	c, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	dirs, found, err := Layout(repo, "frameworks")
	if err != nil || len(found) > 0 {
		t.Fatalf("layout: %v, %v", found, err)
	}
	coming, found, err := Editions(repo, "frameworks")
	if err != nil || len(found) > 0 {
		t.Fatalf("coming editions: %v, %v", found, err)
	}
	dirs = append(dirs, coming...)
	if len(dirs)-len(coming) != 5 {
		t.Errorf("got frameworks %v, want five", dirs)
	}
	for _, d := range dirs {
		r, err := c.Framework(context.Background(), Unit{FS: repo, Root: "frameworks", Dir: d})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range r.Findings {
			t.Errorf("%s: %s: %s (%s)", f.Position, f.Code, f.Message, f.Help)
		}
		if !r.OK() {
			t.Errorf("%s makes no framework", d)
		}
	}
	org, found, err := c.Organisation(context.Background(), repo, "frameworks")
	if err != nil || len(found) > 0 {
		t.Errorf("organisation: %v, %v", found, err)
	}
	if org.TimeZone != "Europe/Berlin" {
		t.Errorf("got time zone %q", org.TimeZone)
	}
}

func BenchmarkCompile(b *testing.B) {
	repo := os.DirFS("../..")
	src, _, err := gather(repo, "frameworks", "frameworks/product-operations-ladder", "product-operations-ladder")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := compileSource(src); err != nil {
			b.Fatal(err)
		}
	}
}
