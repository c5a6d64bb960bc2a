public import Foundation

/// When the window of a course that contains a time begins and ends; nil if none does, as between two terms.
public typealias WindowIntervals = (_ window: BudgetWindow, _ time: Date) -> DateInterval?
