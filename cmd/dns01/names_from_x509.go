package main

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strings"

	"dns01/report"
)

// namesOfRequest reads a certificate signing request (RFC 2986), PEM or DER:
// its common name and its alternative names, as a CA does at finalize.
func (p *program) namesOfRequest(file string) ([]asked, error) {
	der, line, err := p.der(file, "CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST")
	if err != nil {
		return nil, err
	}
	csr, err := x509.ParseCertificateRequest(der)
	if err != nil {
		return nil, notParsed("certificate signing request", err)
	}
	return subjectNames(csr.Subject.CommonName, csr.DNSNames, csr.IPAddresses, report.Place{File: file, Line: line})
}

// namesOfCertificate reads a certificate, PEM or DER: the first one of a
// chain, which is the leaf (RFC 8555 §9.1).
func (p *program) namesOfCertificate(file string) ([]asked, error) {
	der, line, err := p.der(file, "CERTIFICATE")
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, notParsed("certificate", err)
	}
	return subjectNames(cert.Subject.CommonName, cert.DNSNames, cert.IPAddresses, report.Place{File: file, Line: line})
}

// notParsed says that a file is not what it was given as; the reason of
// crypto/x509 is told where it is one of X.509, and not of ASN.1's inside.
func notParsed(what string, err error) error {
	if reason, ok := strings.CutPrefix(err.Error(), "x509: "); ok {
		return fmt.Errorf("is no %s in PEM or DER form: %s", what, reason)
	}
	return fmt.Errorf("is no %s in PEM or DER form", what)
}

// subjectNames makes the order. A common name without a dot is a person's or
// a company's.
func subjectNames(cn string, names []string, addresses []net.IP, at report.Place) ([]asked, error) {
	words := slices.Clone(names)
	if strings.Contains(cn, ".") && !strings.ContainsAny(cn, " @/") {
		words = append(words, cn)
	}
	for _, ip := range addresses {
		words = append(words, ip.String())
	}
	if len(words) == 0 {
		return nil, errors.New("holds no domain name")
	}
	return []asked{once(words, at)}, nil
}

// der finds the first block of one of the types, and its line; what is no PEM
// is taken for DER.
func (p *program) der(file string, types ...string) ([]byte, int, error) {
	text, err := p.fileText(file)
	if err != nil {
		return nil, 0, err
	}
	if !strings.Contains(text, "-----BEGIN ") {
		return []byte(text), 1, nil
	}
	line := 1
	for rest := []byte(text); ; {
		block, after := pem.Decode(rest)
		if block == nil {
			return nil, 0, fmt.Errorf("holds no whole %s in PEM form", strings.ToLower(types[0]))
		}
		begun := strings.Index(string(rest), "-----BEGIN "+block.Type)
		if slices.Contains(types, block.Type) {
			return block.Bytes, line + strings.Count(string(rest[:max(begun, 0)]), "\n"), nil
		}
		line += strings.Count(string(rest[:len(rest)-len(after)]), "\n")
		rest = after
	}
}

// namesOfCertbot reads certbot's renewal configuration: one file, or every one
// of a folder; of certbot's own folder, those in "renewal". The names stand in
// the certificate that each points at.
func (p *program) namesOfCertbot(path string) ([]asked, error) {
	files := []string{path}
	for _, pattern := range []string{filepath.Join(path, "renewal", "*.conf"), filepath.Join(path, "*.conf")} {
		if found, _ := filepath.Glob(pattern); len(found) > 0 {
			files = found
			break
		}
	}
	if len(files) > maxOrders {
		return nil, fmt.Errorf("holds %d certificates; one check takes %d", len(files), maxOrders)
	}
	var all []asked
	for _, file := range files {
		orders, err := p.namesOfRenewal(file)
		if err != nil {
			return nil, err
		}
		all = append(all, orders...)
	}
	return all, nil
}

// namesOfRenewal reads one such file: "cert = PATH" before any section.
func (p *program) namesOfRenewal(file string) ([]asked, error) {
	text, err := p.fileText(file)
	if err != nil {
		return nil, fmt.Errorf("%s %w", file, err)
	}
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			break
		}
		key, value, _ := strings.Cut(line, "=")
		if strings.TrimSpace(key) != "cert" {
			continue
		}
		orders, err := p.namesOfLineage(file, strings.Trim(strings.TrimSpace(value), `"'`))
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, n, err)
		}
		for _, o := range orders {
			for i := range o {
				o[i].at = report.Place{File: file, Line: n}
			}
		}
		return orders, nil
	}
	return nil, fmt.Errorf(`%s has no line "cert = PATH", as certbot's renewal configurations have`, file)
}

// namesOfLineage reads the certificate, also where the whole folder was
// copied elsewhere: it then stands in "live" beside "renewal".
func (p *program) namesOfLineage(conf, cert string) ([]asked, error) {
	orders, err := p.namesOfCertificate(cert)
	if err == nil {
		return orders, nil
	}
	name := strings.TrimSuffix(filepath.Base(conf), ".conf")
	beside := filepath.Join(filepath.Dir(conf), "..", "live", name, "cert.pem")
	if orders, again := p.namesOfCertificate(beside); again == nil {
		return orders, nil
	}
	return nil, fmt.Errorf("%s %w", cert, err)
}
