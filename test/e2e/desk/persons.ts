export interface Person {
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

export const OWNER: Person = {
  name: 'Noa Peretz',
  email: 'noa@example.com',
  password: 'a long line of words to remember',
};
export const VIEWER: Person = {
  name: 'Omer Katz',
  email: 'omer@example.com',
  password: 'another long line of other words',
};
