/** What those who bought say of it, by the SKU that they bought. */
export const reviewsOf: Record<string, { rating: number; comment: string }> = {
  "BOWL-SAND": {
    rating: 5,
    comment:
      "Exactement la bonne taille pour la soupe. Les deux sont un peu différents, et c’est tant mieux.",
  },
  "JUG-WHITE": {
    rating: 4,
    comment: "Très beau. Un éclat à l’arrivée, mais il fait déjà partie du broc.",
  },
  "NOTEBOOK-LINED": {
    rating: 5,
    comment: "Mon troisième. Il reste vraiment à plat, et l’encre ne traverse pas.",
  },
  "SPOONS-3": {
    rating: 3,
    comment: "Jolies, mais celle qui goûte est trop petite pour goûter.",
  },
  "BOWL-NIGHT": {
    rating: 4,
    comment: "Heavier than it looks, and the blue is deeper than in the picture. I like both.",
  },
  "TEAPOT-SAND": {
    rating: 5,
    comment: "Does not drip. I had forgotten that this is possible.",
  },
  "NOTEBOOK-DOTS": {
    rating: 4,
    comment: "Lovely paper. A ribbon for the page would make it perfect.",
  },
  "BAG-RAW": {
    rating: 5,
    comment: "Carries more than I can.",
  },
  "SCISSORS-1": {
    rating: 5,
    comment: "Sharp to the tip, as promised. Hidden from the children.",
  },
  "POT-20-CM": {
    rating: 2,
    comment:
      "One of two came with a crack. They sent another the next day, so two stars and not one.",
  },
  "JAR-1-L": {
    rating: 5,
    comment: "Trois pour la farine, et j’en reprendrai. Le liège tient mieux que je ne croyais.",
  },
  "MILL-1": {
    rating: 4,
    comment: "Moud très fin. Un peu dur à remplir.",
  },
  "CUTLERY-16": {
    rating: 5,
    comment: "The weight is right, and so is the balance. Our guests ask where they are from.",
  },
};
