package known

import "time"

// letsEncrypt is the production environment.
//
// Its account URIs have one form today. The software can also match those of
// the ACMEv1 API (".../acme/reg/"), which ended in 2021; whether production
// still does is not public, so the old form is not listed.
func letsEncrypt() *CA {
	ca := letsEncryptCommon()
	ca.ID = "letsencrypt"
	ca.Directories = []string{"https://acme-v02.api.letsencrypt.org/directory"}
	ca.Aliases = []string{"le", "letsencrypt-production", "letsencrypt_production"}
	ca.AccountPrefixes = []string{"https://acme-v02.api.letsencrypt.org/acme/acct/"}
	ca.Methods = []string{"http-01", "dns-01", "tls-alpn-01"}
	ca.Profiles = letsEncryptProfiles(0)
	// The certification practice statement lists the methods in use: those of
	// Baseline Requirements §3.2.2.4.7, .19 and .20.
	ca.Sources = append(ca.Sources,
		Source{"Methods", "https://github.com/letsencrypt/cp-cps/blob/main/CP-CPS.md", "2026-08-12"})
	return ca
}

// letsEncryptStaging is the environment for tests: another host, other
// accounts, the same rules and higher limits.
func letsEncryptStaging() *CA {
	ca := letsEncryptCommon()
	ca.ID = "letsencrypt-staging"
	ca.Name = "Let's Encrypt (staging)"
	ca.Brands = append(ca.Brands, "Let's Encrypt")
	ca.Staging = true
	ca.Directories = []string{"https://acme-staging-v02.api.letsencrypt.org/directory"}
	ca.Aliases = []string{"le-staging", "staging", "letsencrypt_test"}
	ca.AccountPrefixes = []string{"https://acme-staging-v02.api.letsencrypt.org/acme/acct/"}
	ca.Methods = []string{"http-01", "dns-01", "tls-alpn-01", "dns-persist-01"}
	ca.Profiles = letsEncryptProfiles(days(30))
	ca.Sources = append(ca.Sources,
		Source{"Methods", "https://community.letsencrypt.org/t/246468", "2026-09-19"})
	return ca
}

// letsEncryptCommon is what both environments have in common.
func letsEncryptCommon() *CA {
	return &CA{
		Name:            "Let's Encrypt",
		Brands:          []string{"ISRG", "Internet Security Research Group"},
		Identities:      []string{"letsencrypt.org"},
		CAAReading:      "boulder",
		Perspectives:    baselinePerspectives(),
		CAARecheckAfter: 7 * time.Hour,
		Sources: []Source{
			{"Directories Methods", "https://letsencrypt.org/docs/challenge-types/", "2026-02-12"},
			{"Directories AccountPrefixes", "https://letsencrypt.org/docs/staging-environment/", "2026-08-21"},
			{"Identities AccountPrefixes", "https://letsencrypt.org/docs/caa/", "2026-08-21"},
			{"Profiles", "https://letsencrypt.org/docs/profiles/", "2026-07-14"},
			{"Profiles", "https://letsencrypt.org/2025/12/02/from-90-to-45", "2025-12-02"},
			{"CAAReading CAARecheckAfter", "https://github.com/letsencrypt/boulder/releases/tag/v0.20261105.0", "2026-11-05"},
			baselineSource(),
		},
	}
}

// letsEncryptProfiles are the profiles with their announced changes. Staging
// changes about a month before production: early is how much.
func letsEncryptProfiles(early time.Duration) []Profile {
	first := day(2027, time.February, 10).Add(-early)
	second := day(2028, time.February, 16).Add(-early)
	return []Profile{
		{
			Name: "classic", MaxNames: 100,
			AuthorizationReuse: Schedule[time.Duration]{
				{Value: days(30)},
				{From: first, Value: days(10)},
				{From: second, Value: 7 * time.Hour},
			},
		},
		{
			Name: "tlsserver", MaxNames: 25,
			AuthorizationReuse: always(7 * time.Hour),
		},
		{
			Name: "shortlived", MaxNames: 25,
			AuthorizationReuse: always(7 * time.Hour),
		},
	}
}
