-- Something to look at, for a fresh local database or a project pushed with `db push --include-seed`. Run
-- again it adds what is missing and changes nothing else. Plans come from Stripe (task plans).

-- #region shop
insert into public.categories (slug, parent_id, name_en, name_fr, position) values
  ('home', null, 'Home', 'Maison', 1),
  ('desk', null, 'Desk', 'Bureau', 2),
  ('wear', null, 'To wear', 'À porter', 3)
on conflict (slug) do nothing;
insert into public.categories (slug, parent_id, name_en, name_fr, position)
select given.slug, parent.id, given.name_en, given.name_fr, given.position
from (values
  ('kitchen', 'home', 'Kitchen', 'Cuisine', 1),
  ('light', 'home', 'Light', 'Lumière', 2),
  ('textiles', 'home', 'Textiles', 'Linge de maison', 3),
  ('paper', 'desk', 'Paper', 'Papier', 1),
  ('writing', 'desk', 'Writing', 'Écriture', 2)
) as given (slug, parent, name_en, name_fr, position)
join public.categories as parent on parent.slug = given.parent
on conflict (slug) do nothing;

insert into public.products (slug, category_id, name_en, name_fr, description_en, description_fr, attributes)
select given.slug, category.id, given.name_en, given.name_fr, given.description_en, given.description_fr,
       given.attributes::jsonb
from (values
  ('stoneware-bowl', 'kitchen', 'Stoneware bowl', 'Bol en grès',
   'Thrown by hand and fired twice, so that no two are alike. Holds soup for one, or salad for a window seat. Goes into the dishwasher.',
   'Tourné à la main et cuit deux fois : il n’y en a pas deux pareils. Une soupe pour une personne, ou une salade au bord de la fenêtre. Passe au lave-vaisselle.',
   '{"brand": "Atelier Nord", "material": "stoneware"}'),
  ('enamel-jug', 'kitchen', 'Enamel jug', 'Broc émaillé',
   'One litre of water, milk or flowers. The enamel chips before it breaks, and looks the better for it.',
   'Un litre d’eau, de lait ou de fleurs. L’émail s’écaille avant de casser, et n’en est que plus beau.',
   '{"brand": "Marchand", "material": "steel"}'),
  ('olive-board', 'kitchen', 'Olive wood board', 'Planche en olivier',
   'Cut from one piece, edges left as the tree had them. Rub it with oil twice a year and it outlives the kitchen.',
   'Taillée d’une pièce, les bords laissés comme l’arbre les avait. Huilée deux fois l’an, elle survit à la cuisine.',
   '{"brand": "Marchand", "material": "wood"}'),
  ('coffee-filter', 'kitchen', 'Coffee dripper', 'Porte-filtre à café',
   'A cone, three holes and patience. Sits on a cup or a flask; takes ordinary paper filters.',
   'Un cône, trois trous et de la patience. Se pose sur une tasse ou une verseuse ; prend des filtres ordinaires.',
   '{"brand": "Atelier Nord", "material": "porcelain"}'),
  ('reading-lamp', 'light', 'Reading lamp', 'Lampe de lecture',
   'A heavy foot, a long arm, a warm bulb that can be dimmed. It stays where you put it.',
   'Un pied lourd, un long bras, une ampoule chaude qui se tamise. Elle reste où on la met.',
   '{"brand": "Lueur", "material": "steel"}'),
  ('beeswax-candles', 'light', 'Beeswax candles', 'Bougies en cire d’abeille',
   'Six candles of pure wax that burn for eight hours each and smell of honey, not of perfume.',
   'Six bougies de cire pure : huit heures chacune, et une odeur de miel, pas de parfum.',
   '{"brand": "Lueur", "material": "wax"}'),
  ('wool-blanket', 'textiles', 'Wool blanket', 'Couverture de laine',
   'Woven in the Pyrenees from wool that was never dyed. Heavy enough for a mountain, soft enough for a sofa.',
   'Tissée dans les Pyrénées, d’une laine jamais teinte. Assez lourde pour la montagne, assez douce pour le canapé.',
   '{"brand": "Bergerie", "material": "wool"}'),
  ('linen-towel', 'textiles', 'Linen tea towel', 'Torchon en lin',
   'Dries glasses without a trace, and dries itself by the evening. Softer with each wash.',
   'Essuie les verres sans trace, et sèche avant le soir. Plus doux à chaque lavage.',
   '{"brand": "Bergerie", "material": "linen"}'),
  ('bound-notebook', 'paper', 'Bound notebook', 'Carnet relié',
   'A hundred and sixty pages, sewn, so that it lies flat at the first and at the last. The paper takes ink on both sides.',
   'Cent soixante pages cousues : il reste à plat, à la première comme à la dernière. Le papier boit l’encre des deux côtés.',
   '{"brand": "Feuillet", "material": "paper"}'),
  ('letter-set', 'paper', 'Letter set', 'Nécessaire à lettres',
   'Twenty sheets and twenty envelopes of cotton paper, for what does not fit into a message.',
   'Vingt feuilles et vingt enveloppes de papier coton, pour ce qui ne tient pas dans un message.',
   '{"brand": "Feuillet", "material": "paper"}'),
  ('fountain-pen', 'writing', 'Fountain pen', 'Stylo-plume',
   'A steel nib that forgives a heavy hand, and a converter, so that you may choose your ink.',
   'Une plume d’acier indulgente aux mains lourdes, et un convertisseur pour choisir son encre.',
   '{"brand": "Plume & Fils", "material": "steel"}'),
  ('ink-bottle', 'writing', 'Bottle of ink', 'Flacon d’encre',
   'Fifty millilitres that dry fast and stay where they are written. The glass stands firm.',
   'Cinquante millilitres qui sèchent vite et restent où on les écrit. Le verre tient debout.',
   '{"brand": "Plume & Fils", "material": "glass"}'),
  ('pencil-case', 'writing', 'Leather pencil case', 'Trousse en cuir',
   'One piece of leather, folded and stitched twice. It will take the colour of your hands.',
   'Une seule pièce de cuir, pliée et cousue deux fois. Elle prendra la couleur de vos mains.',
   '{"brand": "Marchand", "material": "leather"}'),
  ('fisherman-jumper', 'wear', 'Fisherman’s jumper', 'Pull marin',
   'Knitted tightly enough to keep the wind out, buttoned on the shoulder so that it stays out.',
   'Tricoté assez serré pour arrêter le vent, boutonné sur l’épaule pour qu’il reste dehors.',
   '{"brand": "Bergerie", "material": "wool"}'),
  ('canvas-bag', 'wear', 'Canvas bag', 'Sac de toile',
   'For the market, the library or the beach. Two pockets inside, one of them for keys.',
   'Pour le marché, la bibliothèque ou la plage. Deux poches dedans, dont une pour les clés.',
   '{"brand": "Marchand", "material": "cotton"}')
) as given (slug, category, name_en, name_fr, description_en, description_fr, attributes)
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
      ('BAG-NAVY', 'canvas-bag', '{"colour": "navy"}', 340, 2900, 3500, 37, 2)
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

insert into public.shipping_rates (id, name_en, name_fr, price_list_id, amount, countries, min_days, max_days, position) values
  ('5eed0000-0000-4000-8000-000000000001', 'Parcel to your door', 'Colis à domicile', 'eur', 590,
   array['FR', 'BE', 'LU', 'DE', 'NL', 'ES', 'IT'], 2, 4, 1),
  ('5eed0000-0000-4000-8000-000000000002', 'Express, the next day', 'Express, le lendemain', 'eur', 1290,
   array['FR', 'BE', 'LU'], 1, 1, 2)
on conflict (id) do nothing;

-- Ten percent off for whoever says hello.
insert into public.discounts (code, kind, basis_points, max_per_customer) values ('BONJOUR', 'percent', 1000, 1)
on conflict (code) do nothing;
-- #endregion shop
