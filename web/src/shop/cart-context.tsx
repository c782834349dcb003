/** The cart, read once a page of the shop wants it, and what changes it. */
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { useApp } from "../app-context.ts";
import { problemOf } from "../problem.ts";
import type { Problem } from "../problem.ts";
import { askCart, type Cart } from "./api.ts";
import { keepCartId, keptCartId } from "./kept.ts";

interface CartState {
  cart: Cart | undefined;
  /** Why it could not be read. */
  problem: Problem | undefined;
  reload(): Promise<void>;
  /** @throws {ProblemError} */
  add(variantId: string, quantity: number, key: string): Promise<void>;
  /** 0 takes the line out. @throws {ProblemError} */
  setQuantity(variantId: string, quantity: number): Promise<void>;
}

const CartContext = createContext<CartState | null>(null);

export function CartProvider({ children }: { children: ReactNode }) {
  const { supabase, session } = useApp();
  const [cart, setCart] = useState<Cart>();
  const [problem, setProblem] = useState<Problem>();
  const userId = session?.user.id;
  // Another's cart is not shown for a moment after signing in or out.
  useEffect(() => {
    setCart(undefined);
    setProblem(undefined);
  }, [userId]);

  async function ask(change?: Parameters<typeof askCart>[2]): Promise<void> {
    const id = keptCartId();
    try {
      const answered = await askCart(supabase, id, change);
      keepCartId(answered.cart_id);
      setCart(answered);
      setProblem(undefined);
    } catch (error) {
      // An id that the server does not know as its own will never be good again.
      if (id === null || (await problemOf(error)).code !== "invalid_header") throw error;
      keepCartId(null);
      await ask(change);
    }
  }

  const state: CartState = {
    cart,
    problem,
    async reload() {
      try {
        await ask();
      } catch (error) {
        setProblem(await problemOf(error));
      }
    },
    add: (variant_id, quantity, key) =>
      ask({ method: "POST", body: { variant_id, quantity }, key }),
    setQuantity: (variant_id, quantity) =>
      ask(
        quantity === 0
          ? { method: "DELETE", body: { variant_id } }
          : { method: "PATCH", body: { variant_id, quantity } },
      ),
  };
  return <CartContext value={state}>{children}</CartContext>;
}

/** The cart and its changes, without reading it. */
export function useCartChanges(): CartState {
  const state = useContext(CartContext);
  if (state === null) throw new Error("useCart needs CartProvider around it");
  return state;
}

/** The cart, read anew when the page is opened, and after signing in or out. */
export function useCart(): CartState {
  const state = useCartChanges();
  const { session } = useApp();
  const userId = session?.user.id;
  useEffect(() => void state.reload(), [userId]);
  return state;
}
