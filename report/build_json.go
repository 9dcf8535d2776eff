package report

import (
	"encoding/json"
	"fmt"
	"io"
)

// A Build is what a binary knows of itself.
type Build struct {
	Tool
	Commit     string // of the sources, "" when built outside of their repository
	CommitTime string // RFC 3339, or ""
	Modified   bool   // the sources differ from the commit
	Go         string // "go1.26.8"
	OS, Arch   string
	Modules    []Module
	Data       BuildData
}

// A Module is one that is linked in.
type Module struct {
	Path, Version string
	Sum           string // as in go.sum, "" for one that was replaced by a folder
}

// BuildData is how old the facts are that a build brings along. Days are
// written YYYY-MM-DD.
type BuildData struct {
	RootHints        string   // the day of IANA's file
	RootTrustAnchors []uint16 // key tags
	CAs              int
	CAsRead          string // the day on which the newest fact about a CA was read
	ProvidersRead    string
	ResolversRead    string
}

type jsonBuild struct {
	Schema     int           `json:"schema"`
	Name       string        `json:"name"`
	Version    string        `json:"version"`
	Commit     string        `json:"commit,omitempty"`
	CommitTime string        `json:"commit_time,omitempty"`
	Modified   bool          `json:"modified"`
	Go         string        `json:"go"`
	OS         string        `json:"os"`
	Arch       string        `json:"arch"`
	Data       jsonBuildData `json:"data"`
	Modules    []jsonModule  `json:"modules"`
}

type jsonBuildData struct {
	RootHints        string   `json:"root_hints"`
	RootTrustAnchors []uint16 `json:"root_trust_anchors"`
	CAs              int      `json:"cas"`
	CAsRead          string   `json:"cas_read"`
	ProvidersRead    string   `json:"providers_read"`
	ResolversRead    string   `json:"resolvers_read"`
}

type jsonModule struct {
	Path    string `json:"path"`
	Version string `json:"version"`
	Sum     string `json:"sum,omitempty"`
}

// BuildJSON writes b as one document, with a final line feed.
func BuildJSON(w io.Writer, b Build) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(jsonBuild{
		Schema: Schema, Name: b.Name, Version: b.Version,
		Commit: b.Commit, CommitTime: b.CommitTime, Modified: b.Modified,
		Go: b.Go, OS: b.OS, Arch: b.Arch,
		Data:    jsonBuildData(b.Data),
		Modules: each(b.Modules, func(m Module) jsonModule { return jsonModule(m) }),
	})
	if err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	return nil
}
