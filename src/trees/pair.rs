//! Pairs of gradient and Hessian, rounded to a grid on which every sum is exact.
//!
//! A double holds 53 bits. Rounded to multiples of 2⁻⁵¹ of the power of two above the sum of absolute values, pairs add
//! and subtract without error, whatever the order: the same node has the same sums however its rows were reached, a
//! histogram less its child's is the sibling's to the last bit, and an empty bin is 0. The rounding is as fine as that
//! of a plain sum in double precision.

/// Gradient and Hessian, of a row or summed.
pub(super) type Pair = [f64; 2];

/// The sum of two.
#[inline(always)]
pub(super) fn add(a: Pair, b: Pair) -> Pair {
    [a[0] + b[0], a[1] + b[1]]
}

/// The difference of two.
#[inline(always)]
pub(super) fn sub(a: Pair, b: Pair) -> Pair {
    [a[0] - b[0], a[1] - b[1]]
}

/// Sums of absolute values are under this: their squares are gains, in single precision.
const MOST: f64 = 1e18;

/// Rounds all pairs to the grid, and gives their sum; `None` if one is not finite, or too large for gains to be
/// counted.
pub(super) fn onto_grid(pairs: &mut [Pair]) -> Option<Pair> {
    let mut size = [0.0; 2];
    for pair in pairs.iter() {
        size = [size[0] + pair[0].abs(), size[1] + pair[1].abs()];
    }
    if !(size[0] < MOST && size[1] < MOST) {
        return None;
    }
    let magic = size.map(magic);
    let mut total = [0.0; 2];
    for pair in pairs {
        // The sum with the magic number has the grid's spacing; taking it away again leaves the rounded value.
        *pair = [(pair[0] + magic[0]) - magic[0], (pair[1] + magic[1]) - magic[1]];
        total = add(total, *pair);
    }
    Some(total)
}

/// 1.5 × 2⁵² units, a unit being 2⁻⁵¹ of the power of two above `size`.
fn magic(size: f64) -> f64 {
    let exponent = (size.to_bits() >> 52) as i64 - 1022;
    // Below, the grid would be finer than the smallest number: nothing is left to round.
    if exponent < -900 {
        return 0.0;
    }
    1.5 * f64::from_bits(((exponent + 1 + 1023) as u64) << 52)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_on_the_grid_are_exact_in_any_order() {
        let mut pairs: Vec<Pair> =
            (0..5000).map(|i| [libm::sin(f64::from(i) * 1.7), 1e-9 + libm::exp(-f64::from(i % 40))]).collect();
        let before = pairs.clone();
        let total = onto_grid(&mut pairs).unwrap();
        let backwards = pairs.iter().rev().fold([0.0; 2], |sum, pair| add(sum, *pair));
        assert_eq!(total, backwards);
        let odd = pairs.iter().skip(1).step_by(2).fold([0.0; 2], |sum, pair| add(sum, *pair));
        let even = pairs.iter().step_by(2).fold([0.0; 2], |sum, pair| add(sum, *pair));
        assert_eq!(sub(total, odd), even);
        for (rounded, exact) in pairs.iter().zip(before) {
            assert!((rounded[0] - exact[0]).abs() < 1e-11 && (rounded[1] - exact[1]).abs() < 1e-11);
        }
        assert_eq!(onto_grid(&mut [[0.0, 0.0]]), Some([0.0, 0.0]));
        assert_eq!(onto_grid(&mut [[f64::NAN, 1.0]]), None);
        assert_eq!(onto_grid(&mut [[1e19, 1.0]]), None);
        assert_eq!(onto_grid(&mut [[1e-300, 1e17]]), Some([1e-300, 1e17]));
        // Whole numbers stay whole: Hessians of squared loss.
        let mut ones = vec![[0.5, 1.0]; 1001];
        assert_eq!(onto_grid(&mut ones), Some([500.5, 1001.0]));
    }
}
