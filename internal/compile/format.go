package compile

import (
	"bytes"
	"fmt"
	"slices"

	cueformat "cuelang.org/go/cue/format"
	"cuelang.org/go/cue/scanner"
	"cuelang.org/go/cue/token"

	"github.com/milepost-dev/milepost/internal/diag"
)

// Format lays a file out as all others are: indents, spaces and line ends,
// and nothing else. A file that cannot be read comes back as it is, with the
// finding that says why. What the layout would change in meaning or comments
// is an error of ours, and leaves the file as it is too.
func Format(name string, src []byte) ([]byte, diag.List, error) {
	if f, bad := badBytes(name, src); bad {
		return src, diag.List{f}, nil
	}
	crlf := bytes.Contains(src, []byte("\r\n"))
	text := bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n"))
	if _, found := parseAll([]file{{name, text}}, profile{pkg: rootField, lib: func(string) bool { return true }}, ""); len(found) > 0 && found[0].Code == "syntax" {
		return src, found[:1], nil
	}
	out, err := cueformat.Source(text)
	if err != nil {
		return src, nil, fmt.Errorf("formatting %s: %w", name, err)
	}
	if !slices.Equal(words(text), words(out)) {
		return src, nil, fmt.Errorf("formatting %s would change what it says: it was left as it is", name)
	}
	if crlf {
		out = bytes.ReplaceAll(out, []byte("\n"), []byte("\r\n"))
	}
	return out, nil, nil
}

// words are what a file says, comments included, without its layout: commas
// and line ends stand for each other.
func words(src []byte) []string {
	var s scanner.Scanner
	s.Init(token.NewFile("", -1, len(src)), src, nil, scanner.ScanComments)
	var out []string
	for {
		_, tok, lit := s.Scan()
		switch tok {
		case token.EOF:
			return out
		case token.COMMA:
			continue
		}
		out = append(out, tok.String()+" "+string(bytes.TrimSpace([]byte(lit))))
	}
}
