package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// newEncoder writes JSON documents in which every character is seen. Those
// that turn, hide or steer text on a terminal can only stand in strings, and
// are written as \uXXXX there: the value stays the same.
func newEncoder(w io.Writer) *json.Encoder {
	enc := json.NewEncoder(seenJSON{w})
	enc.SetEscapeHTML(false)
	return enc
}

// A seenJSON takes whole documents, as a json.Encoder writes them.
type seenJSON struct{ io.Writer }

func (w seenJSON) Write(doc []byte) (int, error) {
	if _, err := w.Writer.Write(seen(doc)); err != nil {
		return 0, err
	}
	return len(doc), nil
}

// SeenJSON is a document of somebody else's in which every character is seen;
// the values stay the same.
func SeenJSON(doc []byte) []byte { return seen(doc) }

func seen(doc []byte) []byte {
	hidden := func(r rune) bool { return r != '\n' && !Seen(r) }
	if !bytes.ContainsFunc(doc, hidden) {
		return doc
	}
	var b bytes.Buffer
	for len(doc) > 0 {
		r, n := utf8.DecodeRune(doc)
		switch first, second := utf16.EncodeRune(r); {
		case !hidden(r):
			b.Write(doc[:n])
		case first == unicode.ReplacementChar:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x\u%04x`, first, second)
		}
		doc = doc[n:]
	}
	return b.Bytes()
}
