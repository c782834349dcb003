/** English: the start page. */
export const texts = {
  welcomeTitle: "Welcome",
};

export type Texts = typeof texts;
