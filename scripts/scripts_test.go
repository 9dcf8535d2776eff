// Package scripts_test holds what the scripts of a release bring along to what
// the program is: a release is too rare to learn it from one.
package scripts_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestScriptsParse(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("bash is not installed")
	}
	for _, script := range []string{"release", "release-try", "ratios", "batch-memory", "soak", "packaging/PKGBUILD.in"} {
		if out, err := exec.Command(bash, "-n", script).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", script, err, out)
		}
	}
}

// One Go release makes the archives and the image, or they differ.
func TestOneToolchain(t *testing.T) {
	m := regexp.MustCompile(`(?m)^toolchain=go(\S+)$`).FindStringSubmatch(read(t, "release"))
	if m == nil {
		t.Fatal("scripts/release names no toolchain")
	}
	if want := "golang:" + m[1] + " AS build"; !strings.Contains(read(t, "../Containerfile"), want) {
		t.Errorf("the Containerfile builds with another Go than scripts/release, which has %s", m[1])
	}
}

// The image has the binary and certificates: nothing is run in it, nobody is
// root, and nothing of the sources is left.
func TestContainerfile(t *testing.T) {
	_, image, found := strings.Cut(read(t, "../Containerfile"), "\nFROM scratch\n")
	if !found {
		t.Fatal("the image is not made from scratch")
	}
	var got []string
	for line := range strings.Lines(image) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			got = append(got, line)
		}
	}
	want := []string{
		"COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt",
		"COPY --from=build /dns01 /usr/bin/dns01",
		"USER 65532:65532",
		`ENTRYPOINT ["/usr/bin/dns01"]`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("the image is %q, want %q", got, want)
	}
}

// placeholders are what scripts/release fills in.
var placeholders = []string{"@ARCH@", "@TREE@", "@VERSION@", "@PKGVER@", "@URL@", "@TIME@",
	"@SHA256:darwin_arm64@", "@SHA256:darwin_amd64@", "@SHA256:linux_arm64@", "@SHA256:linux_amd64@"}

func TestTemplatesAreFilledIn(t *testing.T) {
	templates, err := filepath.Glob("packaging/*.in")
	if err != nil || len(templates) != 3 {
		t.Fatalf("%d templates: %v", len(templates), err)
	}
	for _, path := range templates {
		for _, m := range regexp.MustCompile(`@[A-Z0-9]+[^@ ]*@`).FindAllString(read(t, path), -1) {
			if !slices.Contains(placeholders, m) {
				t.Errorf("%s: nothing is filled in for %s", path, m)
			}
		}
	}
}

// Each file of the packages is one that the release makes or that lies here,
// and no package file is told of twice.
func TestPackagedFiles(t *testing.T) {
	text := strings.NewReplacer("@TREE@", "TREE", "@", "").Replace(read(t, "packaging/nfpm.yaml.in"))
	var config struct {
		Contents []struct{ Src, Dst, Type, Packager string }
	}
	if err := yaml.Unmarshal([]byte(text), &config); err != nil {
		t.Fatal(err)
	}
	made := []string{"dns01", "man/*.1.gz", "completions/dns01.bash", "completions/_dns01", "completions/dns01.fish", "README.md", "CHANGELOG.md", "LICENSE", "THIRD_PARTY_NOTICES.txt"}
	seen := map[string]bool{}
	for _, c := range config.Contents {
		src := strings.TrimPrefix(c.Src, "TREE/")
		if here, ok := strings.CutPrefix(src, "systemd/"); ok {
			src = "dns01"
			read(t, filepath.Join("packaging", here))
		}
		if !slices.Contains(made, src) {
			t.Errorf("%s: the release makes no %s", c.Dst, c.Src)
		}
		if key := c.Dst + " " + c.Packager; seen[key] {
			t.Errorf("%s comes twice", c.Dst)
		} else {
			seen[key] = true
		}
		if strings.HasPrefix(c.Dst, "/etc/") != (c.Type == "config|noreplace") {
			t.Errorf("%s: what a user changes lies in /etc, and only that", c.Dst)
		}
	}
	if len(seen) < 12 {
		t.Errorf("only %d files are packaged", len(seen))
	}
}

// A unit that starts a command which is not there, or may do more than the
// other, nobody would notice before it is installed.
func TestUnits(t *testing.T) {
	units, err := filepath.Glob("packaging/*.service")
	if err != nil || len(units) == 0 {
		t.Fatalf("no units: %v", err)
	}
	confined := []string{"DynamicUser=yes", "NoNewPrivileges=yes", "ProtectSystem=strict", "ProtectHome=yes",
		"CapabilityBoundingSet=", "MemoryDenyWriteExecute=yes", "RestrictAddressFamilies=AF_INET AF_INET6", "SystemCallFilter=@system-service"}
	for _, path := range units {
		lines := strings.Split(read(t, path), "\n")
		for _, want := range confined {
			if !slices.Contains(lines, want) {
				t.Errorf("%s: %s is missing", path, want)
			}
		}
		i := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "ExecStart=/usr/bin/dns01 ") })
		if i < 0 {
			t.Errorf("%s starts no dns01", path)
			continue
		}
		command := strings.Fields(lines[i])[1]
		read(t, filepath.Join("..", "cmd", "dns01", "help", command+".txt"))
	}
}

// The rule of scripts/soak finds what grows, and leaves alone what goes up and
// down or is the machine's doing.
func TestSoakRule(t *testing.T) {
	for _, program := range []string{"bash", "awk"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(program, " is not installed")
		}
	}
	table := func(rows int, row func(i int) string) string {
		text := "seconds watch-rss watch-fds watch-look-ms watch-look-cpu dig-ms load looks\n"
		for i := range rows {
			text += fmt.Sprintf("%d %s 1.5 %d\n", 30*i, row(i), i)
		}
		return text
	}
	flat := func(i int) string { return fmt.Sprintf("%d %d %d.5 8.1 20", 40000+i%7*300, 8+i%3, 60+i%5) }
	tests := []struct {
		name, table string
		want        []string // what grows, or is wrong
	}{
		{"flat", table(120, flat), nil},
		{"cells without a value", table(120, func(i int) string {
			if i%4 == 0 {
				return "- - - - -"
			}
			return flat(i)
		}), nil},
		{"memory", table(120, func(i int) string { return fmt.Sprintf("%d 8 60 8 20", 40000+60*i) }), []string{"watch-rss"}},
		{"descriptors", table(120, func(i int) string { return fmt.Sprintf("40000 %d 60 8 20", 8+i/9) }), []string{"watch-fds"}},
		{"latency", table(120, func(i int) string { return fmt.Sprintf("40000 8 %d 8 20", 60+i) }), []string{"watch-look-ms"}},
		{"a machine that gets slower", table(120, func(i int) string { return fmt.Sprintf("40000 8 %d 8 %d", 60+i, 20+i/3) }), nil},
		{"work", table(120, func(i int) string { return fmt.Sprintf("40000 8 60 %d 20", 8+i/9) }), []string{"watch-look-cpu"}},
		{"nothing was seen", table(120, func(i int) string { return "40000 8 - 8 20" }), []string{"watch-look-ms"}},
		{"too short", table(8, flat), []string{"soak: 8 rows"}},
		{"a row that was cut off", table(120, flat) + "3600 40000\n", []string{"soak: line 122"}},
	}
	for _, tt := range tests {
		file := filepath.Join(t.TempDir(), "table")
		if err := os.WriteFile(file, []byte(tt.table), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command("bash", "soak", "--judge", file).CombinedOutput()
		var got []string
		for line := range strings.Lines(string(out)) {
			if strings.HasPrefix(line, "soak: ") || strings.Contains(line, "GROWS") || strings.Contains(line, "NOT SEEN") {
				got = append(got, line)
			}
		}
		if (err == nil) != (len(tt.want) == 0) || !slices.EqualFunc(got, tt.want, strings.HasPrefix) {
			t.Errorf("%s: %v, want %q\n%s", tt.name, err, tt.want, out)
		}
	}
}
