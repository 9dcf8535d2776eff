// Package manual reads the help texts of the commands as the table that they
// are, and writes it in other forms: man pages, a page of Markdown, completions
// for shells. So a command and its flags are described once, in
// cmd/dns01/help/COMMAND.txt.
//
// A text is blocks with empty lines between: paragraphs at the left edge, and
// indented blocks, of which those that begin with a dash are flags. A paragraph
// that ends in a colon leads the block after it. [Read] is strict: what is not
// of this form is an error, and so is a flag without a description. Where a
// flag's text is "as in" another page, that of check is meant.
//
// Start with page.go; parse.go and flag.go read, man.go, markdown.go and
// complete.go write.
package manual
