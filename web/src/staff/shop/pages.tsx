/** Staff's pages about the shop, and the ways to them. */
import { IconBuildingWarehouse, IconFileImport, IconPackage, IconStar } from "@tabler/icons-react";
import { Route } from "wouter";
import { CataloguePage } from "./catalogue/catalogue-page.tsx";
import { ImportPage } from "./catalogue/import-page.tsx";
import { OrderList } from "./orders/order-list.tsx";
import { OrderPage } from "./orders/order-page.tsx";
import { NewProduct } from "./products/new-product.tsx";
import { ProductList } from "./products/product-list.tsx";
import { ProductPage } from "./products/product-page.tsx";
import { ReviewList } from "./reviews/review-list.tsx";

export const shopPages = [
  <Route key="orders" path="/staff/orders" component={OrderList} />,
  <Route key="order" path="/staff/orders/:id">
    {({ id }) => <OrderPage key={id} id={id} />}
  </Route>,
  <Route key="products" path="/staff/products" component={ProductList} />,
  <Route key="new-product" path="/staff/products/new" component={NewProduct} />,
  <Route key="product" path="/staff/products/:id">
    {({ id }) => <ProductPage key={id} id={id} />}
  </Route>,
  <Route key="reviews" path="/staff/reviews" component={ReviewList} />,
  <Route key="catalogue" path="/staff/catalogue" component={CataloguePage} />,
  <Route key="import" path="/staff/catalogue/:id">
    {({ id }) => <ImportPage key={id} id={id} />}
  </Route>,
];

export const shopLinks = [
  { href: "/staff/orders", name: "orders", icon: IconPackage },
  { href: "/staff/products", name: "products", icon: IconBuildingWarehouse },
  { href: "/staff/reviews", name: "reviews", icon: IconStar },
  { href: "/staff/catalogue", name: "catalogue", icon: IconFileImport },
] as const;
