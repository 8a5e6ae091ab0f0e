//! The national practices by which exchanges deliver caller ID.

/// How an exchange delivers caller ID.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum CallerIdService {
    /// Bellcore MDMF (GR-30-CORE), between the first ring and the second: number and name.
    #[default]
    Mdmf,
    /// Bellcore SDMF, between the first ring and the second: the number alone.
    Sdmf,
    /// ETSI EN 300 659-1 with a ring pulse alert, before the first ring: number and name.
    Etsi,
    /// British Telecom SIN 227: line reversal and an alerting tone, before the first ring: number and name.
    Uk,
    /// DTMF digits (ETSI EN 300 659-1, annex), `D` number `C`, before the first ring: the number alone, no date.
    Dtmf,
}
