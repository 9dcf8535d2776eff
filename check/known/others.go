package known

// The CAs below are known from their own help pages and from tables that
// others keep. What their software does with a CAA record in detail is not
// public: they are read as RFC 8659 says.

// comparison is a table of public ACME CAs kept with the Posh-ACME client.
func comparison(facts string) Source {
	return Source{facts, "https://poshac.me/docs/latest/Guides/ACME-CA-Comparison/", "2026-04-23"}
}

// identities is the Common CA Database's list of recognised CAA domains.
func identities() Source {
	return Source{"Identities", "https://www.ccadb.org/resources", "2026-09-22"}
}

// clients are the short names that ACME clients use.
func clients() Source {
	return Source{"Directories Aliases", "https://github.com/go-acme/lego/blob/v5.3.1/lego/zz_gen_ca.go", "2026-11-22"}
}

// newOther fills in what holds for every CA that is bound by the Baseline
// Requirements and has no reading of its own here.
func newOther(id, name string, directories []string, caa ...string) *CA {
	return &CA{
		ID: id, Name: name,
		Directories:  directories,
		Identities:   caa,
		CAAReading:   "rfc8659",
		Methods:      []string{"dns-01"},
		Perspectives: baselinePerspectives(),
		// All of these want it; the one without stands in letsencrypt.go.
		AccountBinding: true,
		Sources: []Source{
			comparison("Directories Methods AccountBinding Profiles"),
			identities(), clients(), baselineSource(),
			{"CAAReading", "https://www.rfc-editor.org/rfc/rfc8659", "2019-11-01"},
		},
	}
}

func googleTrust() *CA {
	ca := newOther("googletrust", "Google Trust Services", []string{
		"https://dv.acme-v02.api.pki.goog/directory",
		"https://dv-sxg.acme-v02.api.pki.goog/directory",
	}, "pki.goog")
	ca.Brands = []string{"Google", "google.com", "GTS"}
	ca.Aliases = []string{"google", "gts"}
	return ca
}

func googleTrustStaging() *CA {
	ca := newOther("googletrust-staging", "Google Trust Services (staging)", []string{
		"https://dv.acme-v02.test-api.pki.goog/directory",
	}, "pki.goog")
	ca.Staging = true
	ca.Brands = []string{"Google", "google.com", "GTS", "Google Trust Services"}
	ca.Aliases = []string{"googletest", "google-staging"}
	return ca
}

// zeroSSL issues through Sectigo: its own name is no CAA identity.
func zeroSSL() *CA {
	ca := newOther("zerossl", "ZeroSSL", []string{"https://acme.zerossl.com/v2/DV90"}, "sectigo.com")
	ca.Brands = []string{"zerossl.com"}
	ca.Sources = append(ca.Sources, Source{"Identities", "https://help.zerossl.com/", "2026-11-22"})
	return ca
}

func sectigo() *CA {
	ca := newOther("sectigo", "Sectigo", []string{
		"https://acme.sectigo.com/v2/DV",
		"https://acme.sectigo.com/v2/OV",
		"https://acme.sectigo.com/v2/EV",
		"https://acme.sectigo.com/v2/InCommonRSAOV",
	}, "sectigo.com", "comodo.com", "comodoca.com", "usertrust.com", "trust-provider.com", "entrust.net", "affirmtrust.com")
	ca.Brands = []string{"Comodo"}
	ca.Aliases = []string{"sectigoov", "sectigoev"}
	return ca
}

func sslCom() *CA {
	ca := newOther("sslcom", "SSL.com", []string{
		"https://acme.ssl.com/sslcom-dv-rsa",
		"https://acme.ssl.com/sslcom-dv-ecc",
	}, "ssl.com", "entrust.net", "affirmtrust.com")
	ca.Aliases = []string{"sslcomrsa", "sslcomecc", "ssl.com"}
	return ca
}

// actalis has its identity under .it; its .com name is none.
func actalis() *CA {
	ca := newOther("actalis", "Actalis", []string{"https://acme-api.actalis.com/acme/directory"}, "actalis.it")
	ca.Brands = []string{"actalis.com"}
	return ca
}

func digiCert() *CA {
	ca := newOther("digicert", "DigiCert", []string{"https://one.digicert.com/mpki/api/v1/acme/v2/directory"},
		"digicert.com", "www.digicert.com", "digicert.ne.jp", "cybertrust.ne.jp", "thawte.com", "geotrust.com",
		"rapidssl.com", "symantec.com", "quovadisglobal.com", "digitalcertvalidation.com",
		"amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com", "aws.amazon.com")
	return ca
}

func globalSign() *CA {
	return newOther("globalsign", "GlobalSign", []string{"https://emea.acme.atlas.globalsign.com/directory"}, "globalsign.com")
}
