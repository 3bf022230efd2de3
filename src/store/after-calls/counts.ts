/** How many rows, files or objects of each kind were erased, while they are counted. */
export type Counts = Record<string, number>;

export function addTo(counts: Counts, what: string, number: number): void {
  if (number > 0) counts[what] = (counts[what] ?? 0) + number;
}

export function sumOf(one: Readonly<Counts>, other: Readonly<Counts>): Counts {
  const sum = { ...one };
  for (const [what, number] of Object.entries(other)) addTo(sum, what, number);
  return sum;
}
