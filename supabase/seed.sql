-- Something to look at, for a fresh local database, or a project pushed with `db push --include-seed`. Run again it
-- adds what is missing and changes nothing else. Plans come from Stripe (`task plans`). No user is made here: this
-- file may go to a project that strangers reach.

-- #region shop
-- A shop: sixty products with their prices and stock, shipping rates and discounts. Their pictures come by
-- `task seed` (the local stack's first start does it by itself).

insert into public.categories (slug, parent_id, name_en, name_fr, position) values
  ('home', null, 'Home', 'Maison', 1),
  ('desk', null, 'Desk', 'Bureau', 2),
  ('wear', null, 'To wear', 'À porter', 3)
on conflict (slug) do nothing;
insert into public.categories (slug, parent_id, name_en, name_fr, position)
select given.slug, parent.id, given.name_en, given.name_fr, given.position
from (values
  ('kitchen', 'home', 'Kitchen', 'Cuisine', 1),
  ('table', 'home', 'Table', 'Table', 2),
  ('light', 'home', 'Light', 'Lumière', 3),
  ('textiles', 'home', 'Textiles', 'Linge de maison', 4),
  ('garden', 'home', 'Plants and garden', 'Plantes et jardin', 5),
  ('furniture', 'home', 'Furniture', 'Meubles', 6),
  ('paper', 'desk', 'Paper', 'Papier', 1),
  ('writing', 'desk', 'Writing', 'Écriture', 2),
  ('tidy', 'desk', 'Order', 'Rangement', 3),
  ('knitwear', 'wear', 'Knitwear', 'Maille', 1),
  ('bags', 'wear', 'Bags and leather', 'Sacs et cuir', 2)
) as given (slug, parent, name_en, name_fr, position)
join public.categories as parent on parent.slug = given.parent
on conflict (slug) do nothing;

-- Made one a day, so that the newest are not all the same age.
insert into public.products
  (slug, category_id, name_en, name_fr, description_en, description_fr, attributes, created_at)
select given.slug, category.id, given.name_en, given.name_fr, given.description_en, given.description_fr,
       given.attributes::jsonb, private.now() - make_interval(days => (given.n * 37 % 61)::integer)
from (
  select *, row_number() over () as n from (values
  ('stoneware-bowl', 'kitchen', 'Stoneware bowl', 'Bol en grès', '{"brand": "Atelier Nord", "material": "stoneware", "origin": "Denmark"}',
   'Thrown by hand and fired twice, so that no two are alike. Holds soup for one, or salad for a window seat. Goes into the dishwasher.',
   'Tourné à la main et cuit deux fois : il n’y en a pas deux pareils. Une soupe pour une personne, ou une salade au bord de la fenêtre. Passe au lave-vaisselle.'),
  ('enamel-jug', 'kitchen', 'Enamel jug', 'Broc émaillé', '{"brand": "Marchand", "material": "steel", "origin": "France"}',
   'One litre of water, milk or flowers. The enamel chips before it breaks, and looks the better for it.',
   'Un litre d’eau, de lait ou de fleurs. L’émail s’écaille avant de casser, et n’en est que plus beau.'),
  ('olive-board', 'kitchen', 'Olive wood board', 'Planche en olivier', '{"brand": "Marchand", "material": "wood", "origin": "France"}',
   'Cut from one piece, edges left as the tree had them. Rub it with oil twice a year and it outlives the kitchen.',
   'Taillée d’une pièce, les bords laissés comme l’arbre les avait. Huilée deux fois l’an, elle survit à la cuisine.'),
  ('coffee-filter', 'kitchen', 'Coffee dripper', 'Porte-filtre à café', '{"brand": "Atelier Nord", "material": "porcelain", "origin": "Denmark"}',
   'A cone, three holes and patience. Sits on a cup or a flask; takes ordinary paper filters.',
   'Un cône, trois trous et de la patience. Se pose sur une tasse ou une verseuse ; prend des filtres ordinaires.'),
  ('cast-iron-pan', 'kitchen', 'Cast iron pan', 'Poêle en fonte', '{"brand": "Marchand", "material": "iron", "origin": "France"}',
   'Two kilos of iron that hold their heat. Dry it, oil it, and nothing will stick to it for a lifetime.',
   'Deux kilos de fonte qui gardent leur chaleur. Séchée, huilée, elle n’attache plus de toute une vie.'),
  ('paring-knife', 'kitchen', 'Paring knife', 'Couteau d’office', '{"brand": "Marchand", "material": "steel", "origin": "France"}',
   'Nine centimetres of carbon steel and a beech handle. It takes a patina, and an edge like no other.',
   'Neuf centimètres d’acier au carbone et un manche en hêtre. Il prend la patine, et un fil comme aucun autre.'),
  ('wooden-spoons', 'kitchen', 'Wooden spoons', 'Cuillères en bois', '{"brand": "Menuiserie Lot", "material": "wood", "origin": "Portugal"}',
   'Three spoons of cherry wood: one that stirs, one that scrapes, one that tastes.',
   'Trois cuillères en merisier : une qui remue, une qui racle, une qui goûte.'),
  ('teapot', 'kitchen', 'Teapot', 'Théière', '{"brand": "Atelier Nord", "material": "stoneware", "origin": "Denmark"}',
   'Eight decilitres, a sieve within the spout, and a lid that stays on while you pour.',
   'Huit décilitres, un filtre dans le bec, et un couvercle qui tient quand on verse.'),
  ('storage-jar', 'kitchen', 'Glass storage jar', 'Bocal en verre', '{"brand": "Verrerie Sud", "material": "glass", "origin": "Italy"}',
   'For flour, lentils or the good biscuits. The cork closes tightly and opens quietly.',
   'Pour la farine, les lentilles ou les bons biscuits. Le liège ferme bien et s’ouvre sans bruit.'),
  ('pepper-mill', 'kitchen', 'Pepper mill', 'Moulin à poivre', '{"brand": "Menuiserie Lot", "material": "wood", "origin": "France"}',
   'A steel mechanism in turned beech, from dust to cracked in six clicks.',
   'Un mécanisme d’acier dans du hêtre tourné : de la poudre au concassé en six crans.'),
  ('espresso-cup', 'table', 'Espresso cup', 'Tasse à expresso', '{"brand": "Atelier Nord", "material": "porcelain", "origin": "Portugal"}',
   'Seven centilitres with a wall thick enough to keep them warm. No handle: hold it as you would a bird.',
   'Sept centilitres, une paroi assez épaisse pour les garder chauds. Sans anse : tenez-la comme un oiseau.'),
  ('dinner-plate', 'table', 'Dinner plate', 'Assiette plate', '{"brand": "Atelier Nord", "material": "stoneware", "origin": "Portugal"}',
   'Twenty-seven centimetres with a raised rim, so that the sauce stays where it belongs.',
   'Vingt-sept centimètres et un bord relevé, pour que la sauce reste où il faut.'),
  ('water-glass', 'table', 'Water glasses', 'Verres à eau', '{"brand": "Verrerie Sud", "material": "glass", "origin": "Italy"}',
   'Four glasses, blown into a wooden mould. They stack, and they survive the stacking.',
   'Quatre verres, soufflés dans un moule en bois. Ils s’empilent, et n’en souffrent pas.'),
  ('carafe', 'table', 'Carafe', 'Carafe', '{"brand": "Verrerie Sud", "material": "glass", "origin": "Italy"}',
   'One litre of water on the table or beside the bed. The neck fits the hand, the brush fits the neck.',
   'Un litre d’eau, à table ou près du lit. Le col va à la main, le goupillon va au col.'),
  ('linen-napkins', 'table', 'Linen napkins', 'Serviettes en lin', '{"brand": "Bergerie", "material": "linen", "origin": "Belgium"}',
   'Two napkins with a hem sewn by hand. They crease beautifully.',
   'Deux serviettes à l’ourlet cousu main. Elles se froissent joliment.'),
  ('serving-tray', 'table', 'Serving tray', 'Plateau de service', '{"brand": "Menuiserie Lot", "material": "wood", "origin": "Denmark"}',
   'Bent birch, light enough for breakfast and large enough for two of them.',
   'Du bouleau cintré, assez léger pour un petit-déjeuner, assez grand pour deux.'),
  ('cutlery-set', 'table', 'Cutlery for four', 'Couverts pour quatre', '{"brand": "Marchand", "material": "steel", "origin": "Portugal"}',
   'Sixteen pieces of brushed steel with a weight that one remembers. Goes into the dishwasher.',
   'Seize pièces d’acier brossé, d’un poids dont on se souvient. Passent au lave-vaisselle.'),
  ('reading-lamp', 'light', 'Reading lamp', 'Lampe de lecture', '{"brand": "Lueur", "material": "steel", "origin": "Italy"}',
   'A heavy foot, a long arm, a warm bulb that can be dimmed. It stays where you put it.',
   'Un pied lourd, un long bras, une ampoule chaude qui se tamise. Elle reste où on la met.'),
  ('beeswax-candles', 'light', 'Beeswax candles', 'Bougies en cire d’abeille', '{"brand": "Lueur", "material": "wax", "origin": "Italy"}',
   'Six candles of pure wax that burn for eight hours each and smell of honey, not of perfume.',
   'Six bougies de cire pure : huit heures chacune, et une odeur de miel, pas de parfum.'),
  ('globe-lamp', 'light', 'Globe lamp', 'Lampe globe', '{"brand": "Lueur", "material": "glass", "origin": "Italy"}',
   'Opal glass that spreads the light without a shadow. For the bedside, or for a dark corner.',
   'Un verre opale qui répand la lumière sans ombre. Pour le chevet, ou pour un coin sombre.'),
  ('candle-holder', 'light', 'Brass candle holder', 'Bougeoir en laiton', '{"brand": "Lueur", "material": "brass", "origin": "France"}',
   'Turned from one bar of brass. Leave it be and it darkens; polish it and it shines.',
   'Tourné dans une seule barre de laiton. Laissez-le, il fonce ; frottez-le, il brille.'),
  ('storm-lantern', 'light', 'Storm lantern', 'Lanterne tempête', '{"brand": "Lueur", "material": "steel", "origin": "Germany"}',
   'For the garden table or the last metres to the door. Burns a candle, and keeps it burning.',
   'Pour la table du jardin ou les derniers mètres avant la porte. Une bougie y brûle, et tient.'),
  ('mushroom-lamp', 'light', 'Mushroom lamp', 'Lampe champignon', '{"brand": "Lueur", "material": "steel", "origin": "Denmark"}',
   'A shade that looks down, a base that you can carry with one hand, and a battery for two evenings.',
   'Un abat-jour qui regarde en bas, un pied qui se porte d’une main, une batterie pour deux soirées.'),
  ('wool-blanket', 'textiles', 'Wool blanket', 'Couverture de laine', '{"brand": "Bergerie", "material": "wool", "origin": "France"}',
   'Woven in the Pyrenees from wool that was never dyed. Heavy enough for a mountain, soft enough for a sofa.',
   'Tissée dans les Pyrénées, d’une laine jamais teinte. Assez lourde pour la montagne, assez douce pour le canapé.'),
  ('linen-towel', 'textiles', 'Linen tea towel', 'Torchon en lin', '{"brand": "Bergerie", "material": "linen", "origin": "France"}',
   'Dries glasses without a trace, and dries itself by the evening. Softer with each wash.',
   'Essuie les verres sans trace, et sèche avant le soir. Plus doux à chaque lavage.'),
  ('velvet-cushion', 'textiles', 'Velvet cushion', 'Coussin en velours', '{"brand": "Bergerie", "material": "cotton", "origin": "Portugal"}',
   'Cotton velvet outside, feathers inside, a zip that hides itself. Fifty centimetres square.',
   'Velours de coton dehors, plumes dedans, une fermeture qui se cache. Cinquante centimètres de côté.'),
  ('striped-rug', 'textiles', 'Striped rug', 'Tapis rayé', '{"brand": "Bergerie", "material": "wool", "origin": "Portugal"}',
   'Woven on a hand loom from spun wool. Both sides are the right one.',
   'Tissé sur un métier à main, en laine filée. Les deux faces sont la bonne.'),
  ('washed-sheet', 'textiles', 'Washed linen sheet', 'Drap en lin lavé', '{"brand": "Bergerie", "material": "linen", "origin": "Belgium"}',
   'Cool in August, warm in January. Washed before it is sewn, so that it will not shrink.',
   'Frais en août, chaud en janvier. Lavé avant d’être cousu : il ne rétrécit plus.'),
  ('bath-towel', 'textiles', 'Bath towel', 'Serviette de bain', '{"brand": "Bergerie", "material": "cotton", "origin": "Portugal"}',
   'Five hundred grams a square metre of long cotton: it drinks, and it dries by the morning.',
   'Cinq cents grammes au mètre carré, un coton long : elle boit, et sèche avant le matin.'),
  ('terracotta-pot', 'garden', 'Terracotta pot', 'Pot en terre cuite', '{"brand": "Verger", "material": "terracotta", "origin": "Italy"}',
   'Breathes as roots like it. With its saucer; the plant is yours to choose.',
   'Respire comme les racines aiment. Avec sa soucoupe ; la plante, c’est à vous de la choisir.'),
  ('watering-can', 'garden', 'Watering can', 'Arrosoir', '{"brand": "Verger", "material": "steel", "origin": "Germany"}',
   'A long spout for what stands at the back. Five litres when full, and it does not drip.',
   'Un long bec pour ce qui est au fond. Cinq litres, et pas une goutte à côté.'),
  ('hanging-planter', 'garden', 'Hanging planter', 'Suspension', '{"brand": "Verger", "material": "porcelain", "origin": "Denmark"}',
   'A porcelain bowl on three leather cords, for what grows downwards.',
   'Une coupe de porcelaine et trois cordons de cuir, pour ce qui pousse vers le bas.'),
  ('garden-trowel', 'garden', 'Garden trowel', 'Transplantoir', '{"brand": "Verger", "material": "steel", "origin": "Germany"}',
   'Forged in one piece and riveted to ash. It will dig when you have stopped.',
   'Forgé d’une pièce et riveté à du frêne. Il creusera quand vous aurez fini.'),
  ('glass-vase', 'garden', 'Glass vase', 'Vase en verre', '{"brand": "Verrerie Sud", "material": "glass", "origin": "Italy"}',
   'A narrow neck that holds three stems upright, and a belly with enough water for a week.',
   'Un col étroit qui tient trois tiges droites, et un ventre avec de l’eau pour la semaine.'),
  ('bird-house', 'garden', 'Bird house', 'Nichoir', '{"brand": "Menuiserie Lot", "material": "wood", "origin": "France"}',
   'Larch, unpainted, with an entrance of 32 millimetres: tits and sparrows will see to the rest.',
   'Du mélèze brut, une entrée de 32 millimètres : mésanges et moineaux feront le reste.'),
  ('oak-stool', 'furniture', 'Oak stool', 'Tabouret en chêne', '{"brand": "Menuiserie Lot", "material": "oak", "origin": "France"}',
   'Three legs never wobble. Sit on it, stand on it, or put the lamp there.',
   'Sur trois pieds, on ne boite jamais. On s’y assied, on y monte, ou on y pose la lampe.'),
  ('willow-basket', 'furniture', 'Willow basket', 'Panier en osier', '{"brand": "Verger", "material": "willow", "origin": "France"}',
   'For logs, toys or the washing. Woven wet and dried slowly, so that it does not creak.',
   'Pour les bûches, les jouets ou le linge. Tressé mouillé, séché lentement : il ne grince pas.'),
  ('wall-clock', 'furniture', 'Wall clock', 'Horloge murale', '{"brand": "Atelier Nord", "material": "steel", "origin": "Denmark"}',
   'Two hands, twelve marks, no ticking. Thirty centimetres across.',
   'Deux aiguilles, douze repères, pas de tic-tac. Trente centimètres de diamètre.'),
  ('round-mirror', 'furniture', 'Round mirror', 'Miroir rond', '{"brand": "Lueur", "material": "brass", "origin": "Italy"}',
   'Sixty centimetres in a frame of brass as thin as it can be.',
   'Soixante centimètres dans un cadre de laiton aussi fin que possible.'),
  ('coat-hooks', 'furniture', 'Coat hooks', 'Patère', '{"brand": "Menuiserie Lot", "material": "oak", "origin": "France"}',
   'A board of oak with four pegs, which hold what four people take off.',
   'Une planche de chêne et quatre chevilles, pour ce que quatre personnes enlèvent.'),
  ('book-shelf', 'furniture', 'Small book shelf', 'Petite étagère', '{"brand": "Menuiserie Lot", "material": "oak", "origin": "Denmark"}',
   'Three boards for the books that you are really going to read. Screws are in the box.',
   'Trois planches pour les livres que vous lirez vraiment. Les vis sont dans la boîte.'),
  ('bound-notebook', 'paper', 'Bound notebook', 'Carnet relié', '{"brand": "Feuillet", "material": "paper", "origin": "France"}',
   'A hundred and sixty pages, sewn, so that it lies flat at the first and at the last. The paper takes ink on both sides.',
   'Cent soixante pages cousues : il reste à plat, à la première comme à la dernière. Le papier boit l’encre des deux côtés.'),
  ('letter-set', 'paper', 'Letter set', 'Nécessaire à lettres', '{"brand": "Feuillet", "material": "paper", "origin": "France"}',
   'Twenty sheets and twenty envelopes of cotton paper, for what does not fit into a message.',
   'Vingt feuilles et vingt enveloppes de papier coton, pour ce qui ne tient pas dans un message.'),
  ('wall-calendar', 'paper', 'Wall calendar', 'Calendrier mural', '{"brand": "Feuillet", "material": "paper", "origin": "France"}',
   'A sheet a month with room for what matters. It begins with whichever month you want.',
   'Une feuille par mois, avec la place pour ce qui compte. Il commence au mois que vous voulez.'),
  ('sketch-pad', 'paper', 'Sketch pad', 'Bloc à dessin', '{"brand": "Feuillet", "material": "paper", "origin": "France"}',
   'Fifty sheets with a tooth that pencils like. Glued at the top, so that they come off clean.',
   'Cinquante feuilles au grain que les crayons aiment. Collées en tête, elles se détachent net.'),
  ('wrapping-paper', 'paper', 'Wrapping paper', 'Papier cadeau', '{"brand": "Feuillet", "material": "paper", "origin": "Belgium"}',
   'Three rolls, printed by hand from lino. Too good to tear.',
   'Trois rouleaux imprimés à la main, à la linogravure. Trop beaux pour être déchirés.'),
  ('fountain-pen', 'writing', 'Fountain pen', 'Stylo-plume', '{"brand": "Plume & Fils", "material": "steel", "origin": "Germany"}',
   'A steel nib that forgives a heavy hand, and a converter, so that you may choose your ink.',
   'Une plume d’acier indulgente aux mains lourdes, et un convertisseur pour choisir son encre.'),
  ('ink-bottle', 'writing', 'Bottle of ink', 'Flacon d’encre', '{"brand": "Plume & Fils", "material": "glass", "origin": "Germany"}',
   'Fifty millilitres that dry fast and stay where they are written. The glass stands firm.',
   'Cinquante millilitres qui sèchent vite et restent où on les écrit. Le verre tient debout.'),
  ('pencil-case', 'writing', 'Leather pencil case', 'Trousse en cuir', '{"brand": "Marchand", "material": "leather", "origin": "France"}',
   'One piece of leather, folded and stitched twice. It will take the colour of your hands.',
   'Une seule pièce de cuir, pliée et cousue deux fois. Elle prendra la couleur de vos mains.'),
  ('colour-pencils', 'writing', 'Colour pencils', 'Crayons de couleur', '{"brand": "Plume & Fils", "material": "wood", "origin": "Germany"}',
   'Twelve of cedar with soft leads. They sharpen evenly and smell of school.',
   'Douze crayons de cèdre aux mines tendres. Ils se taillent bien et sentent l’école.'),
  ('brass-ruler', 'writing', 'Brass ruler', 'Règle en laiton', '{"brand": "Plume & Fils", "material": "brass", "origin": "Germany"}',
   'Twenty centimetres that lie flat and stay. Engraved, not printed.',
   'Vingt centimètres qui restent à plat. Gravée, pas imprimée.'),
  ('desk-scissors', 'tidy', 'Desk scissors', 'Ciseaux de bureau', '{"brand": "Marchand", "material": "steel", "origin": "France"}',
   'Cut paper to the very tip. Forged, ground and set by one pair of hands.',
   'Coupent le papier jusqu’à la pointe. Forgés, meulés et réglés par deux mains.'),
  ('pen-pot', 'tidy', 'Pen pot', 'Pot à crayons', '{"brand": "Menuiserie Lot", "material": "wood", "origin": "France"}',
   'Turned ash with a heavy bottom. Holds twelve pencils, or one bunch of keys.',
   'Du frêne tourné, un fond lourd. Douze crayons, ou un trousseau de clés.'),
  ('letter-tray', 'tidy', 'Letter tray', 'Corbeille à courrier', '{"brand": "Atelier Nord", "material": "steel", "origin": "Denmark"}',
   'What came in on top, what will wait below. Sheet steel, folded like paper.',
   'Ce qui arrive en haut, ce qui attend en bas. De la tôle pliée comme du papier.'),
  ('fisherman-jumper', 'knitwear', 'Fisherman’s jumper', 'Pull marin', '{"brand": "Bergerie", "material": "wool", "origin": "France"}',
   'Knitted tightly enough to keep the wind out, buttoned on the shoulder so that it stays out.',
   'Tricoté assez serré pour arrêter le vent, boutonné sur l’épaule pour qu’il reste dehors.'),
  ('wool-scarf', 'knitwear', 'Wool scarf', 'Écharpe en laine', '{"brand": "Bergerie", "material": "wool", "origin": "France"}',
   'Two metres of merino with a fringe. Goes twice around, and once more in February.',
   'Deux mètres de mérinos à franges. Fait deux tours, et un de plus en février.'),
  ('ribbed-beanie', 'knitwear', 'Ribbed beanie', 'Bonnet côtelé', '{"brand": "Bergerie", "material": "wool", "origin": "Portugal"}',
   'Knitted in one go, without a seam to feel. One size, for most heads.',
   'Tricoté d’un seul tenant, sans couture à sentir. Taille unique, pour la plupart des têtes.'),
  ('hiking-socks', 'knitwear', 'Walking socks', 'Chaussettes de marche', '{"brand": "Bergerie", "material": "wool", "origin": "Germany"}',
   'Thick under the heel, thin over the instep, and no blisters in between.',
   'Épaisses sous le talon, fines sur le cou-de-pied, et pas d’ampoules entre les deux.'),
  ('canvas-bag', 'bags', 'Canvas bag', 'Sac de toile', '{"brand": "Marchand", "material": "cotton", "origin": "France"}',
   'For the market, the library or the beach. Two pockets inside, one of them for keys.',
   'Pour le marché, la bibliothèque ou la plage. Deux poches dedans, dont une pour les clés.'),
  ('leather-wallet', 'bags', 'Leather wallet', 'Portefeuille en cuir', '{"brand": "Marchand", "material": "leather", "origin": "Italy"}',
   'Six cards, some notes, and a pocket for the coin that one never finds.',
   'Six cartes, quelques billets, et une poche pour la pièce qu’on ne trouve jamais.')
  ) as listed (slug, category, name_en, name_fr, attributes, description_en, description_fr)
) as given
join public.categories as category on category.slug = given.category
on conflict (slug) do nothing;

-- What is bought: options, weight in grams, price and price before in cents, how many there are. A few are
-- nearly sold out, and one is.
do $$
declare
  wanted record;
  made uuid;
begin
  for wanted in
    select product.id as product_id, given.* from (values
      ('BOWL-SAND', 'stoneware-bowl', '{"colour": "sand"}', 520, 2400, null, 40, 1),
      ('BOWL-NIGHT', 'stoneware-bowl', '{"colour": "night blue"}', 520, 2400, null, 3, 2),
      ('JUG-WHITE', 'enamel-jug', '{"colour": "white"}', 430, 1900, 2400, 25, 1),
      ('JUG-GREEN', 'enamel-jug', '{"colour": "green"}', 430, 1900, 2400, 0, 2),
      ('BOARD-OLIVE', 'olive-board', '{}', 1100, 3900, null, 12, 1),
      ('DRIPPER-1', 'coffee-filter', '{}', 360, 2150, null, 30, 1),
      ('LAMP-BLACK', 'reading-lamp', '{"colour": "black"}', 2900, 12900, null, 14, 1),
      ('LAMP-BRASS', 'reading-lamp', '{"colour": "brass"}', 2900, 14900, null, 2, 2),
      ('CANDLES-6', 'beeswax-candles', '{}', 480, 1650, null, 60, 1),
      ('BLANKET-S', 'wool-blanket', '{"size": "130 × 180"}', 1400, 9500, null, 18, 1),
      ('BLANKET-L', 'wool-blanket', '{"size": "200 × 220"}', 2300, 14500, 16500, 7, 2),
      ('TOWEL-RED', 'linen-towel', '{"stripe": "red"}', 120, 1400, null, 80, 1),
      ('TOWEL-BLUE', 'linen-towel', '{"stripe": "blue"}', 120, 1400, null, 75, 2),
      ('NOTEBOOK-LINED', 'bound-notebook', '{"ruling": "lined"}', 310, 1850, null, 120, 1),
      ('NOTEBOOK-DOTS', 'bound-notebook', '{"ruling": "dots"}', 310, 1850, null, 90, 2),
      ('NOTEBOOK-PLAIN', 'bound-notebook', '{"ruling": "plain"}', 310, 1850, null, 5, 3),
      ('LETTERS-20', 'letter-set', '{}', 260, 2200, null, 33, 1),
      ('PEN-FINE', 'fountain-pen', '{"nib": "fine"}', 45, 4900, null, 22, 1),
      ('PEN-MEDIUM', 'fountain-pen', '{"nib": "medium"}', 45, 4900, null, 28, 2),
      ('INK-BLACK', 'ink-bottle', '{"colour": "black"}', 190, 1150, null, 50, 1),
      ('INK-SEPIA', 'ink-bottle', '{"colour": "sepia"}', 190, 1150, null, 41, 2),
      ('CASE-TAN', 'pencil-case', '{"colour": "tan"}', 95, 3400, null, 16, 1),
      ('JUMPER-S', 'fisherman-jumper', '{"size": "S"}', 780, 8900, null, 9, 1),
      ('JUMPER-M', 'fisherman-jumper', '{"size": "M"}', 820, 8900, null, 11, 2),
      ('JUMPER-L', 'fisherman-jumper', '{"size": "L"}', 860, 8900, null, 1, 3),
      ('BAG-RAW', 'canvas-bag', '{"colour": "raw"}', 340, 2900, 3500, 44, 1),
      ('BAG-NAVY', 'canvas-bag', '{"colour": "navy"}', 340, 2900, 3500, 37, 2),
      ('PAN-20-CM', 'cast-iron-pan', '{"size": "20 cm"}', 1400, 4500, null, 18, 1),
      ('PAN-28-CM', 'cast-iron-pan', '{"size": "28 cm"}', 2400, 6900, null, 9, 2),
      ('KNIFE-BEECH', 'paring-knife', '{"handle": "beech"}', 60, 2600, null, 34, 1),
      ('KNIFE-OLIVE', 'paring-knife', '{"handle": "olive"}', 62, 3200, null, 4, 2),
      ('SPOONS-3', 'wooden-spoons', '{}', 180, 1800, null, 52, 1),
      ('TEAPOT-NIGHT-BLUE', 'teapot', '{"colour": "night blue"}', 900, 5900, null, 12, 1),
      ('TEAPOT-SAND', 'teapot', '{"colour": "sand"}', 900, 5900, null, 8, 2),
      ('TEAPOT-MOSS-GREEN', 'teapot', '{"colour": "moss green"}', 900, 5900, null, 0, 3),
      ('JAR-0-5-L', 'storage-jar', '{"size": "0.5 l"}', 320, 1200, null, 64, 1),
      ('JAR-1-L', 'storage-jar', '{"size": "1 l"}', 480, 1500, null, 48, 2),
      ('JAR-2-L', 'storage-jar', '{"size": "2 l"}', 760, 1900, null, 21, 3),
      ('MILL-1', 'pepper-mill', '{}', 290, 4200, null, 17, 1),
      ('ESPRESSO-WHITE', 'espresso-cup', '{"colour": "white"}', 140, 950, null, 90, 1),
      ('ESPRESSO-NIGHT-BLUE', 'espresso-cup', '{"colour": "night blue"}', 140, 950, null, 70, 2),
      ('ESPRESSO-TERRACOTTA', 'espresso-cup', '{"colour": "terracotta"}', 140, 950, null, 5, 3),
      ('PLATE-SAND', 'dinner-plate', '{"colour": "sand"}', 780, 1900, null, 60, 1),
      ('PLATE-NIGHT-BLUE', 'dinner-plate', '{"colour": "night blue"}', 780, 1900, null, 44, 2),
      ('GLASSES-4', 'water-glass', '{}', 1100, 2800, null, 26, 1),
      ('CARAFE-1', 'carafe', '{}', 640, 3300, 3900, 15, 1),
      ('NAPKINS-NATURAL', 'linen-napkins', '{"colour": "natural"}', 160, 2400, null, 38, 1),
      ('NAPKINS-MOSS-GREEN', 'linen-napkins', '{"colour": "moss green"}', 160, 2400, null, 22, 2),
      ('NAPKINS-TERRACOTTA', 'linen-napkins', '{"colour": "terracotta"}', 160, 2400, null, 31, 3),
      ('TRAY-SMALL', 'serving-tray', '{"size": "small"}', 700, 3600, null, 20, 1),
      ('TRAY-LARGE', 'serving-tray', '{"size": "large"}', 1200, 4900, null, 2, 2),
      ('CUTLERY-16', 'cutlery-set', '{}', 1300, 11900, 13900, 7, 1),
      ('GLOBE-20-CM', 'globe-lamp', '{"size": "20 cm"}', 1500, 7900, null, 11, 1),
      ('GLOBE-30-CM', 'globe-lamp', '{"size": "30 cm"}', 2300, 10900, null, 6, 2),
      ('HOLDER-BRASS', 'candle-holder', '{}', 520, 3800, null, 23, 1),
      ('STORM-BLACK', 'storm-lantern', '{"colour": "black"}', 1200, 5400, null, 13, 1),
      ('STORM-RED', 'storm-lantern', '{"colour": "red"}', 1200, 5400, null, 3, 2),
      ('MUSHROOM-WHITE', 'mushroom-lamp', '{"colour": "white"}', 1700, 13900, 16900, 10, 1),
      ('MUSHROOM-TERRACOTTA', 'mushroom-lamp', '{"colour": "terracotta"}', 1700, 13900, 16900, 8, 2),
      ('MUSHROOM-MOSS-GREEN', 'mushroom-lamp', '{"colour": "moss green"}', 1700, 13900, 16900, 0, 3),
      ('CUSHION-MUSTARD', 'velvet-cushion', '{"colour": "mustard"}', 600, 3900, null, 27, 1),
      ('CUSHION-NIGHT-BLUE', 'velvet-cushion', '{"colour": "night blue"}', 600, 3900, null, 33, 2),
      ('CUSHION-MOSS-GREEN', 'velvet-cushion', '{"colour": "moss green"}', 600, 3900, null, 19, 3),
      ('RUG-70-140', 'striped-rug', '{"size": "70 × 140"}', 2100, 8900, null, 9, 1),
      ('RUG-140-200', 'striped-rug', '{"size": "140 × 200"}', 5200, 19900, null, 3, 2),
      ('SHEET-180-290', 'washed-sheet', '{"size": "180 × 290"}', 900, 8900, null, 14, 1),
      ('SHEET-270-310', 'washed-sheet', '{"size": "270 × 310"}', 1300, 12900, null, 10, 2),
      ('BATH-WHITE', 'bath-towel', '{"colour": "white"}', 560, 2900, null, 70, 1),
      ('BATH-SAND', 'bath-towel', '{"colour": "sand"}', 560, 2900, null, 55, 2),
      ('BATH-NIGHT-BLUE', 'bath-towel', '{"colour": "night blue"}', 560, 2900, null, 40, 3),
      ('POT-14-CM', 'terracotta-pot', '{"size": "14 cm"}', 700, 1100, null, 80, 1),
      ('POT-20-CM', 'terracotta-pot', '{"size": "20 cm"}', 1600, 1900, null, 45, 2),
      ('POT-28-CM', 'terracotta-pot', '{"size": "28 cm"}', 3400, 3200, null, 16, 3),
      ('CAN-MOSS-GREEN', 'watering-can', '{"colour": "moss green"}', 1200, 4400, null, 12, 1),
      ('CAN-WHITE', 'watering-can', '{"colour": "white"}', 1200, 4400, null, 9, 2),
      ('HANGING-1', 'hanging-planter', '{}', 850, 3900, null, 0, 1),
      ('TROWEL-1', 'garden-trowel', '{}', 310, 2300, null, 36, 1),
      ('VASE-CLEAR', 'glass-vase', '{"colour": "clear"}', 900, 3400, null, 18, 1),
      ('VASE-AMBER', 'glass-vase', '{"colour": "amber"}', 900, 3400, null, 7, 2),
      ('BIRDS-32', 'bird-house', '{}', 1400, 3900, null, 14, 1),
      ('STOOL-OAK', 'oak-stool', '{}', 4200, 14900, null, 6, 1),
      ('BASKET-MEDIUM', 'willow-basket', '{"size": "medium"}', 900, 4200, null, 15, 1),
      ('BASKET-LARGE', 'willow-basket', '{"size": "large"}', 1600, 5900, null, 8, 2),
      ('CLOCK-WHITE', 'wall-clock', '{"colour": "white"}', 800, 6900, null, 12, 1),
      ('CLOCK-NIGHT-BLUE', 'wall-clock', '{"colour": "night blue"}', 800, 6900, null, 5, 2),
      ('MIRROR-60', 'round-mirror', '{}', 5200, 17900, 19900, 4, 1),
      ('HOOKS-4', 'coat-hooks', '{}', 1100, 5900, null, 13, 1),
      ('SHELF-3', 'book-shelf', '{}', 6800, 21900, null, 2, 1),
      ('CALENDAR-12', 'wall-calendar', '{}', 420, 2200, null, 66, 1),
      ('SKETCH-A5', 'sketch-pad', '{"size": "A5"}', 280, 1200, null, 58, 1),
      ('SKETCH-A4', 'sketch-pad', '{"size": "A4"}', 540, 1800, null, 47, 2),
      ('WRAP-TERRACOTTA', 'wrapping-paper', '{"colour": "terracotta"}', 350, 1600, null, 29, 1),
      ('WRAP-MOSS-GREEN', 'wrapping-paper', '{"colour": "moss green"}', 350, 1600, null, 24, 2),
      ('PENCILS-12', 'colour-pencils', '{}', 150, 2700, null, 43, 1),
      ('RULER-20', 'brass-ruler', '{}', 90, 1900, null, 25, 1),
      ('SCISSORS-1', 'desk-scissors', '{}', 140, 3600, null, 19, 1),
      ('PENPOT-1', 'pen-pot', '{}', 230, 2400, null, 30, 1),
      ('TRAY2-WHITE', 'letter-tray', '{"colour": "white"}', 1500, 5200, 5900, 11, 1),
      ('TRAY2-MOSS-GREEN', 'letter-tray', '{"colour": "moss green"}', 1500, 5200, 5900, 6, 2),
      ('SCARF-GREY', 'wool-scarf', '{"colour": "grey"}', 260, 5900, null, 22, 1),
      ('SCARF-MUSTARD', 'wool-scarf', '{"colour": "mustard"}', 260, 5900, null, 17, 2),
      ('SCARF-NIGHT-BLUE', 'wool-scarf', '{"colour": "night blue"}', 260, 5900, null, 1, 3),
      ('BEANIE-GREY', 'ribbed-beanie', '{"colour": "grey"}', 90, 2900, null, 40, 1),
      ('BEANIE-TERRACOTTA', 'ribbed-beanie', '{"colour": "terracotta"}', 90, 2900, null, 26, 2),
      ('BEANIE-MOSS-GREEN', 'ribbed-beanie', '{"colour": "moss green"}', 90, 2900, null, 35, 3),
      ('SOCKS-36-38', 'hiking-socks', '{"size": "36–38"}', 110, 1700, null, 50, 1),
      ('SOCKS-39-42', 'hiking-socks', '{"size": "39–42"}', 120, 1700, null, 62, 2),
      ('SOCKS-43-46', 'hiking-socks', '{"size": "43–46"}', 130, 1700, null, 28, 3),
      ('WALLET-TAN', 'leather-wallet', '{"colour": "tan"}', 110, 4900, null, 20, 1),
      ('WALLET-BLACK', 'leather-wallet', '{"colour": "black"}', 110, 4900, null, 18, 2)
    ) as given (sku, product, options, weight, price, price_before, there, position)
    join public.products as product on product.slug = given.product
  loop
    insert into public.product_variants (product_id, sku, options, weight_grams, position)
    values (wanted.product_id, wanted.sku, wanted.options::jsonb, wanted.weight, wanted.position)
    on conflict (sku) do nothing
    returning id into made;
    continue when made is null;
    insert into public.variant_prices (variant_id, price_list_id, unit_amount, compare_at_amount)
    values (made, 'eur', wanted.price, wanted.price_before);
    if wanted.there > 0 then
      perform private.stock_change(made, 'imported', wanted.there, 0, null, 'what the seed begins with');
    end if;
  end loop;
end;
$$;

-- Everywhere in the first zone, by weight and by what it costs; express and pick-up nearer by; and abroad.
insert into public.shipping_rates
  (id, name_en, name_fr, price_list_id, amount, countries, max_weight, min_total, max_total, min_days, max_days, position)
values
  ('5eed0000-0000-4000-8000-000000000001', 'Parcel to your door', 'Colis à domicile', 'eur', 590,
   array['FR', 'BE', 'LU', 'DE', 'NL', 'ES', 'IT', 'PT', 'AT', 'IE'], null, null, 10000, 2, 4, 1),
  ('5eed0000-0000-4000-8000-000000000002', 'Express, the next day', 'Express, le lendemain', 'eur', 1290,
   array['FR', 'BE', 'LU'], null, null, null, 1, 1, 3),
  ('5eed0000-0000-4000-8000-000000000003', 'Parcel to your door', 'Colis à domicile',
   'eur', 0, array['FR', 'BE', 'LU', 'DE', 'NL', 'ES', 'IT', 'PT', 'AT', 'IE'], null, 10000, null, 2, 4, 1),
  ('5eed0000-0000-4000-8000-000000000004', 'Pick-up point', 'Point relais', 'eur', 390,
   array['FR', 'BE'], 5000, null, null, 3, 5, 2),
  ('5eed0000-0000-4000-8000-000000000005', 'Parcel abroad', 'Colis international', 'eur', 1890,
   array['GB', 'CH', 'NO', 'US', 'CA', 'AU', 'JP'], 20000, null, null, 5, 10, 1)
on conflict (id) do nothing;

-- Ten percent off for whoever says hello; five euros off a full cart; a fifth off all that gives light; one that
-- has ended.
insert into public.discounts
  (code, kind, basis_points, amount, price_list_id, minimum_amount, max_per_customer, starts_at, ends_at)
values
  ('BONJOUR', 'percent', 1000, null, null, 0, 1, private.now(), null),
  ('PANIER5', 'amount', null, 500, 'eur', 5000, null, private.now(), null),
  ('LUMIERE20', 'percent', 2000, null, null, 0, null, private.now(), null),
  ('PRINTEMPS', 'percent', 1500, null, null, 0, null, '2026-03-20', '2026-06-20')
on conflict (code) do nothing;
insert into public.discount_scopes (discount_id, category_id)
select discount.id, category.id
from public.discounts as discount, public.categories as category
where discount.code = 'LUMIERE20' and category.slug = 'light'
on conflict on constraint discount_scopes_once do nothing;
-- #endregion shop
