package report

import (
	"fmt"
	"strings"
	"unicode"
)

// markdownWords writes a sentence as inline Markdown. Names, addresses,
// values and whatever else is no plain word become code, in which nothing is
// markup, a link or a mention; plain words are letters and digits, so that
// they cannot be any either. It reads better, too.
func markdownWords(s string) string {
	words := phrases(strings.Fields(visible(s)))
	for i, w := range words {
		words[i] = markdownWord(w)
		if i == 0 && w[0] >= '0' && w[0] <= '9' { // "1." would begin a list
			words[i] = code(w)
		}
	}
	return strings.Join(words, " ")
}

// longestPhrase is how many words in quotation marks are kept together.
const longestPhrase = 8

// phrases joins what stands in quotation marks over several words, such as a
// command, to one.
func phrases(words []string) []string {
	var out []string
	for i := 0; i < len(words); i++ {
		end := i
		if w := strings.TrimLeft(words[i], "("); strings.HasPrefix(w, `"`) && !closes(w[1:]) {
			for n := i + 1; n < len(words) && n < i+longestPhrase && end == i; n++ {
				if closes(words[n]) {
					end = n
				}
			}
		}
		out = append(out, strings.Join(words[i:end+1], " "))
		i = end
	}
	return out
}

// closes reports whether a word ends a quotation.
func closes(w string) bool { return strings.HasSuffix(strings.TrimRight(w, ".,;:)?!"), `"`) }

// markdownWord parts a word from the punctuation around it.
func markdownWord(w string) string {
	core := strings.TrimLeft(w, "(")
	lead := w[:len(w)-len(core)]
	word := strings.TrimRight(core, ".,;:)?!")
	tail := core[len(word):]
	if quoted := strings.Trim(word, `"`); len(quoted) == len(word)-2 && isPlainWord(quoted) {
		return w
	}
	switch {
	case word == "" && isDash(w), isPlainWord(word):
		return w
	case word == "": // punctuation alone could begin a list, or an image
		return code(w)
	}
	return lead + code(word) + tail
}

// isPlainWord reports whether a word is letters, or digits, with hyphens or
// apostrophes within.
func isPlainWord(w string) bool {
	if isDash(w) {
		return true
	}
	previous := '-'
	for _, r := range w {
		joint := r == '-' || r == '\''
		if joint && (previous == '-' || previous == '\'') || !joint && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return false
		}
		previous = r
	}
	return previous != '-' && previous != '\''
}

// isDash reports whether a word is one of the typographic signs of our own
// sentences.
func isDash(w string) bool { return w == "—" || w == "–" || w == "→" || w == "…" }

// code is a code span. A back-tick in it is written as zone files write
// octets (RFC 1035 §5.1), since a span cannot hold every run of them.
func code(s string) string {
	s = strings.ReplaceAll(visible(s), "`", `\096`)
	if strings.TrimSpace(s) == "" {
		return ""
	}
	return "`" + s + "`"
}

// cell is a code span within a table, where a pipe would end the cell.
func cell(s string) string {
	return strings.ReplaceAll(code(s), "|", `\124`)
}

// fence is a code block: lines that can be copied. Its fence is longer than
// any run of back-ticks within.
func fence(lines []string) string {
	longest, run := 2, 0
	text := strings.Join(each(lines, visible), "\n")
	for _, r := range text {
		if run++; r != '`' {
			run = 0
		}
		longest = max(longest, run)
	}
	mark := strings.Repeat("`", longest+1)
	return fmt.Sprintf("%stext\n%s\n%s\n", mark, text, mark)
}
