import MixtureModels
import Testing

@Suite struct FitErrorTests {
  @Test("messages count components from 1, round numbers and say what to do")
  func wording() {
    let messages: [(FitError, String)] = [
      (
        .collapsed(component: 3, mass: 0.8000000000000003, rows: 1_000_000, iteration: 17),
        "component 4 collapsed at iteration 17: mass 0.8 of 1000000 rows; "
          + "raise regularization, lower the number of components or change the seed"
      ),
      (
        .collapsed(component: 0, mass: 1.23456e-300, rows: 12.3456, iteration: nil),
        "component 1 collapsed: mass 1.23e-300 of 12.3 rows; "
          + "raise regularization, lower the number of components or change the seed"
      ),
      (
        .singular(component: nil, mass: 272, iteration: 2),
        "the shared covariance collapsed at iteration 2: singular over 272 rows; raise "
          + "regularization or drop constant, duplicated and linearly dependent columns"
      ),
      (
        .singular(component: 0, mass: 259.25, iteration: 3),
        "component 1 collapsed at iteration 3: covariance singular over 259 rows; raise "
          + "regularization or drop constant, duplicated and linearly dependent columns"
      ),
      (
        .singular(
          component: 0, columns: SingularColumns(column: 2), mass: 40, iteration: 1),
        "component 1 collapsed at iteration 1: covariance singular over 40 rows, column 3 constant; "
          + "raise regularization or drop constant, duplicated and linearly dependent columns"
      ),
      (
        .singular(
          component: nil, columns: SingularColumns(column: 3, others: [1]), mass: 40, iteration: 1
        ).naming { ["a", "width", "c", "height"][$0] },
        "the shared covariance collapsed at iteration 1: singular over 40 rows, height a multiple "
          + "of width; raise regularization or drop constant, duplicated and linearly dependent "
          + "columns"
      ),
      (
        .singular(
          component: 1, columns: SingularColumns(column: 9, others: [0, 2, 4, 5, 6, 7]),
          mass: nil, iteration: nil),
        "component 2 collapsed: covariance singular, column 10 a linear combination of column 1, "
          + "column 3, column 5, column 6, column 7 and 1 more; raise regularization or drop "
          + "constant, duplicated and linearly dependent columns"
      ),
      (
        .singular(
          component: 1, columns: SingularColumns(column: nil), mass: 8, iteration: 2),
        "component 2 collapsed at iteration 2: covariance singular over 8 rows, all columns "
          + "constant; raise regularization or drop constant, duplicated and linearly dependent "
          + "columns"
      ),
      (
        .singular(component: 1, mass: nil, iteration: nil),
        "component 2 collapsed: covariance singular; raise "
          + "regularization or drop constant, duplicated and linearly dependent columns"
      ),
      (
        .notFinite(component: 1, variance: .infinity, iteration: 2),
        "component 2 has a variance of inf at iteration 2, expected a finite number; "
          + "rescale the data or lower regularization"
      ),
      (
        .notFinite(component: nil, variance: .nan, iteration: nil),
        "the shared covariance has a variance of nan, expected a finite number; "
          + "rescale the data or lower regularization"
      ),
      (
        .outOfRange(component: 0, variance: 1e308, iteration: 0),
        "component 1 has a variance of 1e+308 at iteration 0, expected 5.6e-309 to 4.4e+307; "
          + "rescale the data or choose another regularization"
      ),
      (
        .undefined(component: 1, naturalParameter: 5, value: -.infinity),
        "component 2 has no density: natural parameter 5 is -inf, expected a finite number; raise regularization"
      ),
    ]
    for (error, message) in messages { #expect(error.description == message) }
  }

  @Test(
    "masses are rounded to three digits, integers kept",
    arguments: [
      (0.0, "0"), (123456.7, "123457"), (99.96, "100"), (0.99999, "1"), (7.628e-5, "7.63e-05"),
      (.nan, "nan"), (.leastNonzeroMagnitude, "5e-324"),
    ])
  func rounding(mass: Double, text: String) {
    let error = FitError.collapsed(component: 0, mass: mass, rows: 1, iteration: nil)
    #expect(error.description.contains("mass \(text) of 1 rows"))
  }
}
