// Command pack writes an archive whose bytes depend on nothing but what is in
// it: names in order, one time for all files, no owner.
//
//	pack OUT.tar.gz|OUT.zip SECONDS FOLDER
//	pack OUT.gz SECONDS FILE
//
// puts FOLDER, under its own name, or one FILE into OUT with all times SECONDS
// after 1970.
package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"log"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("pack: ")
	if len(os.Args) != 4 {
		log.Fatal("usage: pack OUT.tar.gz|OUT.zip|OUT.gz SECONDS FOLDER|FILE")
	}
	seconds, err := strconv.ParseInt(os.Args[2], 10, 64)
	if err != nil {
		log.Fatalf("%q is no number of seconds since 1970", os.Args[2])
	}
	if err := create(os.Args[1], time.Unix(seconds, 0).UTC(), os.Args[3]); err != nil {
		log.Fatal(err)
	}
}

// create writes the archive that its name asks for.
func create(name string, at time.Time, folder string) error {
	write := tarball
	switch {
	case strings.HasSuffix(name, ".zip"):
		write = zipped
	case !strings.HasSuffix(name, ".tar.gz"):
		write = squeezed
	}
	out, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := write(out, at, folder); err != nil {
		_ = out.Close()
		return err
	}
	return out.Close()
}

// each calls f for every folder and file of a tree in the order of their
// names, with the name in the archive.
func each(folder string, f func(name, file string, d fs.DirEntry) error) error {
	top := filepath.Base(folder)
	return filepath.WalkDir(folder, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !d.IsDir() && !d.Type().IsRegular() {
			return fmt.Errorf("%s is neither a file nor a folder", file)
		}
		rel, err := filepath.Rel(folder, file)
		if err != nil {
			return err
		}
		return f(path.Join(top, filepath.ToSlash(rel)), file, d)
	})
}

// mode is one of two, whatever the umask was.
func mode(d fs.DirEntry) (fs.FileMode, error) {
	info, err := d.Info()
	if err != nil {
		return 0, err
	}
	if d.IsDir() || info.Mode()&0o100 != 0 {
		return 0o755, nil
	}
	return 0o644, nil
}

func tarball(out io.Writer, at time.Time, folder string) error {
	zw, err := gzip.NewWriterLevel(out, gzip.BestCompression)
	if err != nil {
		return err
	}
	tw := tar.NewWriter(zw)
	err = each(folder, func(name, file string, d fs.DirEntry) error {
		perm, err := mode(d)
		if err != nil {
			return err
		}
		h := &tar.Header{Name: name, Mode: int64(perm), ModTime: at, Format: tar.FormatUSTAR, Typeflag: tar.TypeReg}
		if d.IsDir() {
			h.Typeflag, h.Name = tar.TypeDir, name+"/"
			return tw.WriteHeader(h)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		h.Size = int64(len(text))
		if err := tw.WriteHeader(h); err != nil {
			return err
		}
		_, err = tw.Write(text)
		return err
	})
	if err != nil {
		return err
	}
	if err := tw.Close(); err != nil {
		return err
	}
	return zw.Close()
}

// squeezed is one file without its name and time, as gzip -9n has it.
func squeezed(out io.Writer, _ time.Time, file string) error {
	zw, err := gzip.NewWriterLevel(out, gzip.BestCompression)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if _, err := zw.Write(text); err != nil {
		return err
	}
	return zw.Close()
}

func zipped(out io.Writer, at time.Time, folder string) error {
	zw := zip.NewWriter(out)
	err := each(folder, func(name, file string, d fs.DirEntry) error {
		if d.IsDir() {
			return nil
		}
		perm, err := mode(d)
		if err != nil {
			return err
		}
		h := &zip.FileHeader{Name: name, Method: zip.Deflate, Modified: at}
		h.SetMode(perm)
		w, err := zw.CreateHeader(h)
		if err != nil {
			return err
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		_, err = w.Write(text)
		return err
	})
	if err != nil {
		return err
	}
	return zw.Close()
}
