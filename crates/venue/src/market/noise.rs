//! Seeded noise: integers to integers, no state, the same on every machine.

/// Largest magnitude [`normalish`] returns.
pub(super) const NORMALISH_MAX: f64 = 3.464_101_615_137_754_6;

/// Mixes two words into one (the finaliser of SplitMix64 over their sum).
pub(crate) fn mix(a: u64, b: u64) -> u64 {
    let mut x = a.wrapping_add(b.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// A number of mean 0 and variance 1 out of a hash: the sum of four uniforms, so it is bounded, which
/// lets the search for a day's extremes leave out whole branches.
pub(super) fn normalish(hash: u64) -> f64 {
    let sum: f64 = (0..4).map(|quarter| f64::from(u16::try_from((hash >> (16 * quarter)) & 0xFFFF).unwrap_or(0))).sum();
    (sum / 65_535.0 - 2.0) * 1.732_050_807_568_877_2
}

/// A number in 0..1 out of a hash.
pub(super) fn unit(hash: u64) -> f64 {
    f64::from(u32::try_from(hash >> 32).unwrap_or(0)) / 4_294_967_296.0
}
