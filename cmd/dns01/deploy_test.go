package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	natsgo "github.com/nats-io/nats.go"
	"go.yaml.in/yaml/v3"

	"dns01/resolver/survey"
	"dns01/resolver/vantage"
	"dns01/resolver/vantage/nats"
)

// deployFolder holds the manifests.
var deployFolder = filepath.Join(top, "deploy")

// manifests are the documents of all YAML files under deploy, by file.
func manifests(t *testing.T) map[string][]map[string]any {
	t.Helper()
	docs := map[string][]map[string]any{}
	err := filepath.WalkDir(deployFolder, func(path string, e fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".yaml" {
			return err
		}
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer file.Close()
		for d := yaml.NewDecoder(file); ; {
			var doc map[string]any
			if err := d.Decode(&doc); errors.Is(err, io.EOF) {
				return nil
			} else if err != nil {
				t.Errorf("%s: %v", path, err)
				return nil
			}
			docs[path] = append(docs[path], doc)
		}
	})
	if err != nil || len(docs) < 5 {
		t.Fatalf("%d files, %v", len(docs), err)
	}
	return docs
}

// A described container is one of a manifest, as far as it is checked here.
type container struct {
	Name, Image string
	Args        []string
	Command     []string // of compose: the arguments
	Env         []struct{ Name string }
	Security    struct {
		AllowPrivilegeEscalation *bool `yaml:"allowPrivilegeEscalation"`
		ReadOnly                 bool  `yaml:"readOnlyRootFilesystem"`
		Capabilities             struct{ Drop, Add []string }
	} `yaml:"securityContext"`
	// And of compose.
	Environment map[string]string
	ReadOnly    bool     `yaml:"read_only"`
	CapDrop     []string `yaml:"cap_drop"`
	SecurityOpt []string `yaml:"security_opt"`
}

// podSpec is the pod of a workload.
type podSpec struct {
	Containers []container
	Security   struct {
		RunAsNonRoot bool `yaml:"runAsNonRoot"`
		RunAsUser    int  `yaml:"runAsUser"`
	} `yaml:"securityContext"`
	Automount *bool `yaml:"automountServiceAccountToken"`
}

// as reads a part of a document anew.
func as[T any](t *testing.T, doc any, path ...string) (out T) {
	t.Helper()
	for _, key := range path {
		m, _ := doc.(map[string]any)
		doc = m[key]
	}
	text, err := yaml.Marshal(doc)
	if err == nil {
		err = yaml.Unmarshal(text, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// A manifest whose command line this program does not take is no example, and
// one that runs with more rights than it needs is a bad one.
func TestManifestsRunWhatThereIsAndWithoutRights(t *testing.T) {
	ran := map[string]int{}
	for path, docs := range manifests(t) {
		for _, doc := range docs {
			for name, s := range as[map[string]container](t, doc, "services") {
				c := s
				if !c.ReadOnly || !slices.Equal(c.CapDrop, []string{"ALL"}) || !slices.Contains(c.SecurityOpt, "no-new-privileges:true") {
					t.Errorf("%s: %s has more rights than it needs", path, name)
				}
				takes(t, path, c, c.Command, ran)
			}
			if kind := doc["kind"]; kind != "Deployment" && kind != "StatefulSet" && kind != "Job" {
				continue
			}
			pod := as[podSpec](t, doc, "spec", "template", "spec")
			if !pod.Security.RunAsNonRoot || pod.Security.RunAsUser == 0 || pod.Automount == nil || *pod.Automount {
				t.Errorf("%s: the pod may be root, or talk to the API server", path)
			}
			for _, c := range pod.Containers {
				e := c.Security.AllowPrivilegeEscalation
				if e == nil || *e || !c.Security.ReadOnly || !slices.Equal(c.Security.Capabilities.Drop, []string{"ALL"}) || len(c.Security.Capabilities.Add) > 0 {
					t.Errorf("%s: %s has more rights than it needs", path, c.Name)
				}
				takes(t, path, c, c.Args, ran)
			}
		}
	}
	if ran["agent"] < 4 || ran["batch"] < 1 || ran["check"] < 1 {
		t.Errorf("commands in the manifests: %v", ran)
	}
}

// takes checks that the program takes a container's command line, and has a
// flag for each of its variables.
func takes(t *testing.T, path string, c container, args []string, ran map[string]int) {
	t.Helper()
	if !strings.Contains(c.Image, "/dns01:") || len(args) == 0 {
		return
	}
	var f *flags
	switch args[0] {
	case "agent":
		f = newAgentFlags().flags
	case "batch":
		f = newBatchFlags().flags
	case "check":
		f = newCheckFlags("check").flags
	default:
		t.Fatalf("%s: no test for the command %q", path, args[0])
	}
	ran[args[0]]++
	if err := f.parse(args[1:]); err != nil {
		t.Errorf("%s: %v: %v", path, args, err)
	}
	var names []string
	for _, e := range c.Env {
		names = append(names, e.Name)
	}
	for name := range c.Environment {
		names = append(names, name)
	}
	for _, name := range names {
		flag := strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(name, "DNS01_"), "_", "-"))
		if strings.HasPrefix(name, "DNS01_") && f.Lookup(flag) == nil {
			t.Errorf("%s: %s has no flag %s", path, args[0], flag)
		}
	}
}

// deployedFiles are certificates where a deployment has them.
var deployedFiles = regexp.MustCompile(`/etc/nats-tls/(\S+)`)

// deployedNATS runs a server with the configuration of deploy, over TLS. It
// returns a URL without a user, and the file of its authority.
func deployedNATS(t *testing.T) (host, ca string) {
	t.Helper()
	dir := t.TempDir()
	certificate(t, dir)
	for _, u := range []string{"AGENT", "CHECK", "BATCH"} {
		t.Setenv(u+"_PASSWORD", "p-"+strings.ToLower(u))
	}
	for _, name := range []string{"nats.conf", "users.conf"} {
		text := read(t, filepath.Join(deployFolder, "kubernetes/nats", name))
		text = strings.NewReplacer("store_dir: /data", fmt.Sprintf("store_dir: %q", dir+"/data"), "0.0.0.0:4222", "127.0.0.1:-1").Replace(text)
		text = deployedFiles.ReplaceAllString(text, strconv.Quote(dir+"/$1"))
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	o, err := server.ProcessConfigFile(filepath.Join(dir, "nats.conf"))
	if err != nil {
		t.Fatal(err)
	}
	s := natsServer(t, func(into *server.Options) {
		o.NoLog, o.NoSigs = true, true
		*into = *o
	})
	return s.Addr().String(), filepath.Join(dir, "ca.crt")
}

// certificate writes an authority and a server's certificate for 127.0.0.1, by
// the names that the deployment has for them.
func certificate(t *testing.T, dir string) {
	t.Helper()
	ours := newIssuer(t, "ours")
	cert, key := ours.pair("127.0.0.1", time.Now().Add(time.Hour))
	for name, file := range map[string]string{"ca.crt": ours.file, "tls.crt": cert, "tls.key": key} {
		write(t, filepath.Join(dir, name), read(t, file))
	}
}

// The users of the deployed server may do what the commands need, over TLS,
// and nothing else: who may ask may not answer, and an agent may not hand out
// work.
func TestDeployedUsersMayDoWhatTheyNeedAndNoMore(t *testing.T) {
	host, ca := deployedNATS(t)
	url := func(user string) string { return "tls://" + user + ":p-" + user + "@" + host }
	p, _, _ := newProgram(t, append([]string{"agent", "--nats-ca", ca}, healthy("eu-west", "RIPE")...)...)
	stop := runningAs(t, p, url("agent"))
	defer stop()

	v := &nats.Vantage{Options: nats.Options{URL: url("check"), CA: ca}}
	sight, err := v.Look(t.Context(), vantage.Target{Survey: &survey.Survey{Identifiers: []survey.Identifier{{Name: "example.com"}}}})
	if err != nil || len(sight.Perspectives) != 1 || len(sight.Missing) > 0 {
		t.Errorf("check: %+v, %v", sight, err)
	}

	b, stdout, stderr := newProgram(t, "batch", "--nats-ca", ca, "-q")
	b.stdin, b.now, b.env = strings.NewReader(orders(20)), time.Now, onlyNATS(url("batch"))
	if status := b.run(t.Context()); status != statusOK {
		t.Errorf("batch: status %d, %s", status, stderr)
	}
	exactlyOnce(t, from1(20), numbers(t, stdout.Bytes()))

	for user, subjects := range map[string][]string{
		"agent": {"dns01.v1.work.r.1", "dns01.v1.look.eu-west", "$JS.API.STREAM.CREATE.X", "$JS.API.STREAM.DELETE.DNS01_WORK_V1"},
		"check": {"dns01.v1.work.r.1", "dns01.v1.result.r.1", "$JS.API.STREAM.LIST"},
		"batch": {"dns01.v1.result.r.1", "$JS.API.STREAM.CREATE.X"},
	} {
		for _, subject := range subjects {
			if err := publishes(t, url(user), ca, subject); !errors.Is(err, natsgo.ErrPermissionViolation) {
				t.Errorf("%s publishes to %s: %v", user, subject, err)
			}
		}
	}
}

// publishes tries to publish, and returns what the server says of it.
func publishes(t *testing.T, url, ca, subject string) error {
	t.Helper()
	conn, err := natsgo.Connect(url, natsgo.RootCAs(ca), natsgo.ErrorHandler(func(*natsgo.Conn, *natsgo.Subscription, error) {}))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := errors.Join(conn.Publish(subject, nil), conn.Flush()); err != nil {
		t.Fatal(err)
	}
	return conn.LastError()
}

// onlyNATS is an environment with a NATS server in it.
func onlyNATS(url string) func(string) string {
	return func(name string) string {
		if name == "DNS01_NATS" {
			return url
		}
		return ""
	}
}
