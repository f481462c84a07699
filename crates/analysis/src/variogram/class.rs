//! A class of distance of the empirical variogram.

/// Pairs of points by their distance; the lower bound is not part of the class, the upper one is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Class {
    /// With a sample: how many it stands for.
    pub pairs: u64,
    /// The mean of the pairs' distances.
    pub distance_m: f64,
    /// Half the mean squared difference.
    pub semivariance: f64,
}
