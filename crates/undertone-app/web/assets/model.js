// The description of a model, as the page uses it.

// The JSON of the interface spells it `colour`; the page uses CSS's spelling.
const colored = ({ colour, ...rest }) => ({ ...rest, color: colour });

/** Return a model as the interface describes it with the page's names. */
export const described = (model) => ({ ...model, labels: model.labels.map(colored), sums: model.sums.map(colored) });
