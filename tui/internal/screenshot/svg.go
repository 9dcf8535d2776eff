// Package screenshot draws what a terminal shows as an SVG picture, for pages
// about the program: text stays text, so a picture can be searched and read
// out, and a change shows as a change of words.
//
// It knows the little that the program's screens are made of: lines of single
// width characters, and SGR sequences (ECMA-48 §8.3.117) for bold, faint,
// reverse and the eight colours.
package screenshot

import (
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// The size of a character cell, in pixels, and the room around the screen.
const (
	cellWidth  = 8.4
	cellHeight = 18
	margin     = 12
)

// colours are those of a dark terminal, in the order of SGR 30 to 37.
func colours() []string {
	return []string{"#3b4252", "#f07178", "#a5d46a", "#f2c94c", "#82aaff", "#c792ea", "#5fd0d0", "#d8dee9"}
}

const (
	background = "#1b1f27"
	foreground = "#d8dee9"
)

// A face is how the characters after a sequence are drawn.
type face struct {
	bold, faint, reverse bool
	colour               int // 30 to 37; 0 for the terminal's own
}

// SVG writes a screen of w columns and h lines. The error is the writer's.
func SVG(out io.Writer, screen string, w, h int) error {
	var b strings.Builder
	width, height := float64(w)*cellWidth+2*margin, h*cellHeight+2*margin
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%d" viewBox="0 0 %.0f %d" font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14">`+"\n", width, height, width, height)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" rx="6" fill="%s"/>`+"\n", background)
	for i, line := range strings.Split(screen, "\n") {
		drawLine(&b, line, i)
	}
	b.WriteString("</svg>\n")
	_, err := io.WriteString(out, b.String())
	return err
}

// drawLine draws one line, a piece of text for each face.
func drawLine(b *strings.Builder, line string, row int) {
	column := 0
	var f face
	for line != "" {
		text, rest, sequence := cut(line)
		drawText(b, text, column, row, f)
		column += len([]rune(text))
		f = f.after(sequence)
		line = rest
	}
}

// cut takes the text before the next sequence, what follows it, and the
// parameters of the sequence.
func cut(line string) (text, rest, sequence string) {
	text, rest, found := strings.Cut(line, "\x1b[")
	if !found {
		return text, "", ""
	}
	sequence, rest, _ = strings.Cut(rest, "m")
	return text, rest, sequence
}

// after is the face after a sequence.
func (f face) after(sequence string) face {
	if sequence == "" {
		return face{}
	}
	for p := range strings.SplitSeq(sequence, ";") {
		n, err := strconv.Atoi(p)
		switch {
		case err != nil:
		case n == 0:
			f = face{}
		case n == 1:
			f.bold = true
		case n == 2:
			f.faint = true
		case n == 7:
			f.reverse = true
		case n >= 30 && n <= 37:
			f.colour = n
		}
	}
	return f
}

// drawText draws text at a place. Each word is placed by itself, so that no
// font moves the columns.
func drawText(b *strings.Builder, text string, column, row int, f face) {
	if strings.TrimSpace(text) == "" && !f.reverse {
		return
	}
	x := func(column int) string { return strconv.FormatFloat(margin+float64(column)*cellWidth, 'f', 1, 64) }
	y := margin + row*cellHeight
	fill, style := foreground, ""
	if f.colour > 0 {
		fill = colours()[f.colour-30]
	}
	if f.reverse {
		fmt.Fprintf(b, `<rect x="%s" y="%d" width="%.1f" height="%d" fill="%s"/>`+"\n", x(column), y, float64(len([]rune(text)))*cellWidth, cellHeight, fill)
		fill = background
	}
	if f.bold {
		style += ` font-weight="bold"`
	}
	if f.faint {
		style += ` opacity="0.65"`
	}
	fmt.Fprintf(b, `<text y="%d" fill="%s"%s xml:space="preserve">`, y+cellHeight-5, fill, style)
	at := column
	for i, word := range strings.Split(text, " ") {
		if i > 0 {
			at++
		}
		if word == "" {
			continue
		}
		n := len([]rune(word))
		fmt.Fprintf(b, `<tspan x="%s" textLength="%.1f">`, x(at), float64(n)*cellWidth)
		_ = xml.EscapeText(b, []byte(word)) // a Builder does not fail
		b.WriteString("</tspan>")
		at += n
	}
	b.WriteString("</text>\n")
}
