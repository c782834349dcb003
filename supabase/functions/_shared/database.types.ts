// Written by `task types` from the migrations: do not edit.

export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[];

export type Database = {
  "public": {
    Tables: {
      "account_deletions": {
        Row: {
          "due_at": string | null;
          "finished_at": string | null;
          "id": string;
          "requested_at": string;
          "state": string;
          "step": string;
          "user_id": string;
        };
        ComputedFields: never;
        Insert: {
          "due_at"?: string | null;
          "finished_at"?: string | null;
          "id"?: string;
          "requested_at"?: string;
          "state"?: string;
          "step"?: string;
          "user_id": string;
        };
        Update: {
          "due_at"?: string | null;
          "finished_at"?: string | null;
          "id"?: string;
          "requested_at"?: string;
          "state"?: string;
          "step"?: string;
          "user_id"?: string;
        };
        Relationships: [];
      };
      "account_exports": {
        Row: {
          "bytes": number;
          "cursor": NonNullable<Json>;
          "expires_at": string | null;
          "id": string;
          "parts": number;
          "ready_at": string | null;
          "requested_at": string;
          "state": string;
          "user_id": string;
        };
        ComputedFields: never;
        Insert: {
          "bytes"?: number;
          "cursor"?: NonNullable<Json>;
          "expires_at"?: string | null;
          "id"?: string;
          "parts"?: number;
          "ready_at"?: string | null;
          "requested_at"?: string;
          "state"?: string;
          "user_id": string;
        };
        Update: {
          "bytes"?: number;
          "cursor"?: NonNullable<Json>;
          "expires_at"?: string | null;
          "id"?: string;
          "parts"?: number;
          "ready_at"?: string | null;
          "requested_at"?: string;
          "state"?: string;
          "user_id"?: string;
        };
        Relationships: [];
      };
      "audit_log": {
        Row: {
          "action": string;
          "actor_id": string | null;
          "actor_kind": string;
          "changes": NonNullable<Json>;
          "created_at": string;
          "id": number;
          "reason": string | null;
          "request_id": string | null;
          "target": string | null;
          "workspace_id": string | null;
        };
        ComputedFields: never;
        Insert: {
          "action": string;
          "actor_id"?: string | null;
          "actor_kind": string;
          "changes"?: NonNullable<Json>;
          "created_at"?: string;
          "id"?: number;
          "reason"?: string | null;
          "request_id"?: string | null;
          "target"?: string | null;
          "workspace_id"?: string | null;
        };
        Update: {
          "action"?: string;
          "actor_id"?: string | null;
          "actor_kind"?: string;
          "changes"?: NonNullable<Json>;
          "created_at"?: string;
          "id"?: number;
          "reason"?: string | null;
          "request_id"?: string | null;
          "target"?: string | null;
          "workspace_id"?: string | null;
        };
        Relationships: [];
      };
      "billing_details": {
        Row: {
          "city": string | null;
          "country": string | null;
          "line1": string | null;
          "line2": string | null;
          "name": string | null;
          "postal_code": string | null;
          "state": string | null;
          "tax_id": string | null;
          "tax_id_status": string | null;
          "tax_id_type": string | null;
          "updated_at": string;
          "workspace_id": string;
        };
        ComputedFields: never;
        Insert: {
          "city"?: string | null;
          "country"?: string | null;
          "line1"?: string | null;
          "line2"?: string | null;
          "name"?: string | null;
          "postal_code"?: string | null;
          "state"?: string | null;
          "tax_id"?: string | null;
          "tax_id_status"?: string | null;
          "tax_id_type"?: string | null;
          "updated_at"?: string;
          "workspace_id": string;
        };
        Update: {
          "city"?: string | null;
          "country"?: string | null;
          "line1"?: string | null;
          "line2"?: string | null;
          "name"?: string | null;
          "postal_code"?: string | null;
          "state"?: string | null;
          "tax_id"?: string | null;
          "tax_id_status"?: string | null;
          "tax_id_type"?: string | null;
          "updated_at"?: string;
          "workspace_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "billing_details_workspace_id_fkey";
            columns: ["workspace_id"];
            isOneToOne: true;
            referencedRelation: "workspaces";
            referencedColumns: ["id"];
          },
        ];
      };
      "catalogue_exports": {
        Row: {
          "bytes": number;
          "created_at": string;
          "created_by": string | null;
          "cursor": NonNullable<Json>;
          "expires_at": string | null;
          "id": string;
          "parts": number;
          "price_lists": NonNullable<Json>;
          "ready_at": string | null;
          "rows_done": number;
          "state": string;
        };
        ComputedFields: never;
        Insert: {
          "bytes"?: number;
          "created_at"?: string;
          "created_by"?: string | null;
          "cursor"?: NonNullable<Json>;
          "expires_at"?: string | null;
          "id"?: string;
          "parts"?: number;
          "price_lists": NonNullable<Json>;
          "ready_at"?: string | null;
          "rows_done"?: number;
          "state"?: string;
        };
        Update: {
          "bytes"?: number;
          "created_at"?: string;
          "created_by"?: string | null;
          "cursor"?: NonNullable<Json>;
          "expires_at"?: string | null;
          "id"?: string;
          "parts"?: number;
          "price_lists"?: NonNullable<Json>;
          "ready_at"?: string | null;
          "rows_done"?: number;
          "state"?: string;
        };
        Relationships: [];
      };
      "catalogue_import_errors": {
        Row: {
          "column_name": string;
          "import_id": string;
          "line": number;
          "problem": string;
        };
        ComputedFields: never;
        Insert: {
          "column_name": string;
          "import_id": string;
          "line": number;
          "problem": string;
        };
        Update: {
          "column_name"?: string;
          "import_id"?: string;
          "line"?: number;
          "problem"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "catalogue_import_errors_import_id_fkey";
            columns: ["import_id"];
            isOneToOne: false;
            referencedRelation: "catalogue_imports";
            referencedColumns: ["id"];
          },
        ];
      };
      "catalogue_imports": {
        Row: {
          "batches": number;
          "bytes_done": number;
          "bytes_total": number;
          "columns": Json | null;
          "created": number;
          "created_at": string;
          "created_by": string | null;
          "dry_run": boolean;
          "failed": number;
          "file": NonNullable<Json>;
          "file_rows": number | null;
          "finished_at": string | null;
          "id": string;
          "lines_done": number;
          "path": string;
          "problem": string | null;
          "rows_done": number;
          "separator": string | null;
          "state": string;
          "unchanged": number;
          "updated": number;
        };
        ComputedFields: never;
        Insert: {
          "batches"?: number;
          "bytes_done"?: number;
          "bytes_total": number;
          "columns"?: Json | null;
          "created"?: number;
          "created_at"?: string;
          "created_by"?: string | null;
          "dry_run": boolean;
          "failed"?: number;
          "file": NonNullable<Json>;
          "file_rows"?: number | null;
          "finished_at"?: string | null;
          "id"?: string;
          "lines_done"?: number;
          "path": string;
          "problem"?: string | null;
          "rows_done"?: number;
          "separator"?: string | null;
          "state"?: string;
          "unchanged"?: number;
          "updated"?: number;
        };
        Update: {
          "batches"?: number;
          "bytes_done"?: number;
          "bytes_total"?: number;
          "columns"?: Json | null;
          "created"?: number;
          "created_at"?: string;
          "created_by"?: string | null;
          "dry_run"?: boolean;
          "failed"?: number;
          "file"?: NonNullable<Json>;
          "file_rows"?: number | null;
          "finished_at"?: string | null;
          "id"?: string;
          "lines_done"?: number;
          "path"?: string;
          "problem"?: string | null;
          "rows_done"?: number;
          "separator"?: string | null;
          "state"?: string;
          "unchanged"?: number;
          "updated"?: number;
        };
        Relationships: [];
      };
      "categories": {
        Row: {
          "active": boolean;
          "created_at": string;
          "id": string;
          "name_en": string;
          "name_fr": string;
          "parent_id": string | null;
          "position": number;
          "slug": string;
          "updated_at": string;
        };
        ComputedFields: never;
        Insert: {
          "active"?: boolean;
          "created_at"?: string;
          "id"?: string;
          "name_en": string;
          "name_fr": string;
          "parent_id"?: string | null;
          "position"?: number;
          "slug": string;
          "updated_at"?: string;
        };
        Update: {
          "active"?: boolean;
          "created_at"?: string;
          "id"?: string;
          "name_en"?: string;
          "name_fr"?: string;
          "parent_id"?: string | null;
          "position"?: number;
          "slug"?: string;
          "updated_at"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "categories_parent_id_fkey";
            columns: ["parent_id"];
            isOneToOne: false;
            referencedRelation: "categories";
            referencedColumns: ["id"];
          },
        ];
      };
      "credit_notes": {
        Row: {
          "created_at": string;
          "currency": string;
          "id": string;
          "invoice_id": string;
          "memo": string | null;
          "number": string;
          "pdf": string | null;
          "reason": string | null;
          "refunded_amounts": (number)[];
          "status": string;
          "stripe_credit_note_id": string;
          "stripe_refund_ids": (string)[];
          "subtotal": number;
          "tax": number;
          "total": number;
          "updated_at": string;
          "voided_at": string | null;
          "workspace_id": string;
        };
        ComputedFields: never;
        Insert: {
          "created_at": string;
          "currency": string;
          "id"?: string;
          "invoice_id": string;
          "memo"?: string | null;
          "number": string;
          "pdf"?: string | null;
          "reason"?: string | null;
          "refunded_amounts"?: (number)[];
          "status": string;
          "stripe_credit_note_id": string;
          "stripe_refund_ids"?: (string)[];
          "subtotal": number;
          "tax"?: number;
          "total": number;
          "updated_at"?: string;
          "voided_at"?: string | null;
          "workspace_id": string;
        };
        Update: {
          "created_at"?: string;
          "currency"?: string;
          "id"?: string;
          "invoice_id"?: string;
          "memo"?: string | null;
          "number"?: string;
          "pdf"?: string | null;
          "reason"?: string | null;
          "refunded_amounts"?: (number)[];
          "status"?: string;
          "stripe_credit_note_id"?: string;
          "stripe_refund_ids"?: (string)[];
          "subtotal"?: number;
          "tax"?: number;
          "total"?: number;
          "updated_at"?: string;
          "voided_at"?: string | null;
          "workspace_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "credit_notes_invoice_id_fkey";
            columns: ["invoice_id"];
            isOneToOne: false;
            referencedRelation: "invoices";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "credit_notes_workspace_id_fkey";
            columns: ["workspace_id"];
            isOneToOne: false;
            referencedRelation: "workspaces";
            referencedColumns: ["id"];
          },
        ];
      };
      "discount_scopes": {
        Row: {
          "category_id": string | null;
          "discount_id": string;
          "id": string;
          "product_id": string | null;
        };
        ComputedFields: never;
        Insert: {
          "category_id"?: string | null;
          "discount_id": string;
          "id"?: string;
          "product_id"?: string | null;
        };
        Update: {
          "category_id"?: string | null;
          "discount_id"?: string;
          "id"?: string;
          "product_id"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "discount_scopes_category_id_fkey";
            columns: ["category_id"];
            isOneToOne: false;
            referencedRelation: "categories";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "discount_scopes_discount_id_fkey";
            columns: ["discount_id"];
            isOneToOne: false;
            referencedRelation: "discounts";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "discount_scopes_product_id_fkey";
            columns: ["product_id"];
            isOneToOne: false;
            referencedRelation: "products";
            referencedColumns: ["id"];
          },
        ];
      };
      "discounts": {
        Row: {
          "active": boolean;
          "amount": number | null;
          "basis_points": number | null;
          "code": string;
          "created_at": string;
          "ends_at": string | null;
          "id": string;
          "kind": string;
          "max_per_customer": number | null;
          "max_redemptions": number | null;
          "minimum_amount": number;
          "price_list_id": string | null;
          "redeemed": number;
          "starts_at": string;
          "updated_at": string;
        };
        ComputedFields: never;
        Insert: {
          "active"?: boolean;
          "amount"?: number | null;
          "basis_points"?: number | null;
          "code": string;
          "created_at"?: string;
          "ends_at"?: string | null;
          "id"?: string;
          "kind": string;
          "max_per_customer"?: number | null;
          "max_redemptions"?: number | null;
          "minimum_amount"?: number;
          "price_list_id"?: string | null;
          "redeemed"?: number;
          "starts_at"?: string;
          "updated_at"?: string;
        };
        Update: {
          "active"?: boolean;
          "amount"?: number | null;
          "basis_points"?: number | null;
          "code"?: string;
          "created_at"?: string;
          "ends_at"?: string | null;
          "id"?: string;
          "kind"?: string;
          "max_per_customer"?: number | null;
          "max_redemptions"?: number | null;
          "minimum_amount"?: number;
          "price_list_id"?: string | null;
          "redeemed"?: number;
          "starts_at"?: string;
          "updated_at"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "discounts_price_list_id_fkey";
            columns: ["price_list_id"];
            isOneToOne: false;
            referencedRelation: "price_lists";
            referencedColumns: ["id"];
          },
        ];
      };
      "disputes": {
        Row: {
          "amount": number;
          "created_at": string;
          "currency": string;
          "evidence_due_by": string | null;
          "id": string;
          "payment_id": string;
          "reason": string;
          "status": string;
          "stripe_dispute_id": string;
          "updated_at": string;
          "workspace_id": string;
        };
        ComputedFields: never;
        Insert: {
          "amount": number;
          "created_at": string;
          "currency": string;
          "evidence_due_by"?: string | null;
          "id"?: string;
          "payment_id": string;
          "reason": string;
          "status": string;
          "stripe_dispute_id": string;
          "updated_at"?: string;
          "workspace_id": string;
        };
        Update: {
          "amount"?: number;
          "created_at"?: string;
          "currency"?: string;
          "evidence_due_by"?: string | null;
          "id"?: string;
          "payment_id"?: string;
          "reason"?: string;
          "status"?: string;
          "stripe_dispute_id"?: string;
          "updated_at"?: string;
          "workspace_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "disputes_payment_id_fkey";
            columns: ["payment_id"];
            isOneToOne: false;
            referencedRelation: "payments";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "disputes_workspace_id_fkey";
            columns: ["workspace_id"];
            isOneToOne: false;
            referencedRelation: "workspaces";
            referencedColumns: ["id"];
          },
        ];
      };
      "dunning_cases": {
        Row: {
          "access": string;
          "closed_at": string | null;
          "created_at": string;
          "first_failed_at": string;
          "id": string;
          "invoice_id": string;
          "outcome": string | null;
          "updated_at": string;
          "workspace_id": string;
        };
        ComputedFields: never;
        Insert: {
          "access"?: string;
          "closed_at"?: string | null;
          "created_at"?: string;
          "first_failed_at": string;
          "id"?: string;
          "invoice_id": string;
          "outcome"?: string | null;
          "updated_at"?: string;
          "workspace_id": string;
        };
        Update: {
          "access"?: string;
          "closed_at"?: string | null;
          "created_at"?: string;
          "first_failed_at"?: string;
          "id"?: string;
          "invoice_id"?: string;
          "outcome"?: string | null;
          "updated_at"?: string;
          "workspace_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "dunning_cases_invoice_id_fkey";
            columns: ["invoice_id"];
            isOneToOne: true;
            referencedRelation: "invoices";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "dunning_cases_workspace_id_fkey";
            columns: ["workspace_id"];
            isOneToOne: false;
            referencedRelation: "workspaces";
            referencedColumns: ["id"];
          },
        ];
      };
      "dunning_events": {
        Row: {
          "action": string;
          "at": string;
          "case_id": string;
          "created_at": string;
          "step": string;
        };
        ComputedFields: never;
        Insert: {
          "action": string;
          "at": string;
          "case_id": string;
          "created_at"?: string;
          "step": string;
        };
        Update: {
          "action"?: string;
          "at"?: string;
          "case_id"?: string;
          "created_at"?: string;
          "step"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "dunning_events_case_id_fkey";
            columns: ["case_id"];
            isOneToOne: false;
            referencedRelation: "dunning_cases";
            referencedColumns: ["id"];
          },
        ];
      };
      "dunning_policy": {
        Row: {
          "action": string;
          "after": string | null;
          "mail": string | null;
          "step": string;
        };
        ComputedFields: never;
        Insert: {
          "action": string;
          "after"?: string | null;
          "mail"?: string | null;
          "step": string;
        };
        Update: {
          "action"?: string;
          "after"?: string | null;
          "mail"?: string | null;
          "step"?: string;
        };
        Relationships: [];
      };
      "feature_overrides": {
        Row: {
          "created_at": string;
          "enabled": boolean;
          "expires_at": string | null;
          "feature": string;
          "limit_value": number | null;
          "reason": string;
          "updated_at": string;
          "workspace_id": string;
        };
        ComputedFields: never;
        Insert: {
          "created_at"?: string;
          "enabled"?: boolean;
          "expires_at"?: string | null;
          "feature": string;
          "limit_value"?: number | null;
          "reason": string;
          "updated_at"?: string;
          "workspace_id": string;
        };
        Update: {
          "created_at"?: string;
          "enabled"?: boolean;
          "expires_at"?: string | null;
          "feature"?: string;
          "limit_value"?: number | null;
          "reason"?: string;
          "updated_at"?: string;
          "workspace_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "feature_overrides_workspace_id_fkey";
            columns: ["workspace_id"];
            isOneToOne: false;
            referencedRelation: "workspaces";
            referencedColumns: ["id"];
          },
        ];
      };
      "invoices": {
        Row: {
          "action_required": boolean;
          "amount_due": number;
          "amount_paid": number;
          "attempt_count": number;
          "billing_reason": string | null;
          "created_at": string;
          "currency": string;
          "description": string | null;
          "hosted_invoice_url": string | null;
          "id": string;
          "invoice_pdf": string | null;
          "marked_uncollectible_at": string | null;
          "next_payment_attempt": string | null;
          "number": string | null;
          "paid_at": string | null;
          "period_end": string;
          "period_start": string;
          "price_id": string | null;
          "reverse_charge": boolean;
          "status": string;
          "stripe_invoice_id": string;
          "subscription_id": string | null;
          "subtotal": number;
          "tax": number;
          "total": number;
          "updated_at": string;
          "voided_at": string | null;
          "workspace_id": string;
        };
        ComputedFields: never;
        Insert: {
          "action_required"?: boolean;
          "amount_due": number;
          "amount_paid": number;
          "attempt_count"?: number;
          "billing_reason"?: string | null;
          "created_at": string;
          "currency": string;
          "description"?: string | null;
          "hosted_invoice_url"?: string | null;
          "id"?: string;
          "invoice_pdf"?: string | null;
          "marked_uncollectible_at"?: string | null;
          "next_payment_attempt"?: string | null;
          "number"?: string | null;
          "paid_at"?: string | null;
          "period_end": string;
          "period_start": string;
          "price_id"?: string | null;
          "reverse_charge"?: boolean;
          "status": string;
          "stripe_invoice_id": string;
          "subscription_id"?: string | null;
          "subtotal": number;
          "tax"?: number;
          "total": number;
          "updated_at"?: string;
          "voided_at"?: string | null;
          "workspace_id": string;
        };
        Update: {
          "action_required"?: boolean;
          "amount_due"?: number;
          "amount_paid"?: number;
          "attempt_count"?: number;
          "billing_reason"?: string | null;
          "created_at"?: string;
          "currency"?: string;
          "description"?: string | null;
          "hosted_invoice_url"?: string | null;
          "id"?: string;
          "invoice_pdf"?: string | null;
          "marked_uncollectible_at"?: string | null;
          "next_payment_attempt"?: string | null;
          "number"?: string | null;
          "paid_at"?: string | null;
          "period_end"?: string;
          "period_start"?: string;
          "price_id"?: string | null;
          "reverse_charge"?: boolean;
          "status"?: string;
          "stripe_invoice_id"?: string;
          "subscription_id"?: string | null;
          "subtotal"?: number;
          "tax"?: number;
          "total"?: number;
          "updated_at"?: string;
          "voided_at"?: string | null;
          "workspace_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "invoices_subscription_id_fkey";
            columns: ["subscription_id"];
            isOneToOne: false;
            referencedRelation: "subscriptions";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "invoices_workspace_id_fkey";
            columns: ["workspace_id"];
            isOneToOne: false;
            referencedRelation: "workspaces";
            referencedColumns: ["id"];
          },
        ];
      };
      "mail_preferences": {
        Row: {
          "subscribed": boolean;
          "topic": string;
          "updated_at": string;
          "user_id": string;
        };
        ComputedFields: never;
        Insert: {
          "subscribed": boolean;
          "topic": string;
          "updated_at"?: string;
          "user_id"?: string;
        };
        Update: {
          "subscribed"?: boolean;
          "topic"?: string;
          "updated_at"?: string;
          "user_id"?: string;
        };
        Relationships: [];
      };
      "order_events": {
        Row: {
          "created_at": string;
          "from_status": string | null;
          "id": number;
          "kind": string;
          "note": string | null;
          "order_id": string;
          "to_status": string | null;
          "user_id": string | null;
        };
        ComputedFields: never;
        Insert: {
          "created_at"?: string;
          "from_status"?: string | null;
          "id"?: never;
          "kind": string;
          "note"?: string | null;
          "order_id": string;
          "to_status"?: string | null;
          "user_id"?: string | null;
        };
        Update: {
          "created_at"?: string;
          "from_status"?: string | null;
          "id"?: never;
          "kind"?: string;
          "note"?: string | null;
          "order_id"?: string;
          "to_status"?: string | null;
          "user_id"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "order_events_order_id_fkey";
            columns: ["order_id"];
            isOneToOne: false;
            referencedRelation: "orders";
            referencedColumns: ["id"];
          },
        ];
      };
      "order_items": {
        Row: {
          "created_at": string;
          "discount_amount": number;
          "id": string;
          "name_en": string;
          "name_fr": string;
          "options": NonNullable<Json>;
          "order_id": string;
          "position": number;
          "product_id": string | null;
          "quantity": number;
          "refunded_amount": number;
          "refunded_quantity": number;
          "restocked_quantity": number;
          "sku": string;
          "subtotal_amount": number;
          "tax_code": string | null;
          "total_amount": number;
          "unit_amount": number;
          "user_id": string | null;
          "variant_id": string | null;
        };
        ComputedFields: never;
        Insert: {
          "created_at"?: string;
          "discount_amount"?: number;
          "id"?: string;
          "name_en": string;
          "name_fr": string;
          "options"?: NonNullable<Json>;
          "order_id": string;
          "position": number;
          "product_id"?: string | null;
          "quantity": number;
          "refunded_amount"?: number;
          "refunded_quantity"?: number;
          "restocked_quantity"?: number;
          "sku": string;
          "subtotal_amount": number;
          "tax_code"?: string | null;
          "total_amount": number;
          "unit_amount": number;
          "user_id"?: string | null;
          "variant_id"?: string | null;
        };
        Update: {
          "created_at"?: string;
          "discount_amount"?: number;
          "id"?: string;
          "name_en"?: string;
          "name_fr"?: string;
          "options"?: NonNullable<Json>;
          "order_id"?: string;
          "position"?: number;
          "product_id"?: string | null;
          "quantity"?: number;
          "refunded_amount"?: number;
          "refunded_quantity"?: number;
          "restocked_quantity"?: number;
          "sku"?: string;
          "subtotal_amount"?: number;
          "tax_code"?: string | null;
          "total_amount"?: number;
          "unit_amount"?: number;
          "user_id"?: string | null;
          "variant_id"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "order_items_order_id_fkey";
            columns: ["order_id"];
            isOneToOne: false;
            referencedRelation: "orders";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "order_items_product_id_fkey";
            columns: ["product_id"];
            isOneToOne: false;
            referencedRelation: "products";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "order_items_variant_id_fkey";
            columns: ["variant_id"];
            isOneToOne: false;
            referencedRelation: "product_variants";
            referencedColumns: ["id"];
          },
        ];
      };
      "order_refunds": {
        Row: {
          "amount": number;
          "cause": string;
          "closed_at": string | null;
          "created_at": string;
          "currency": string;
          "id": string;
          "lines": NonNullable<Json>;
          "order_id": string;
          "reason": string;
          "restock": boolean;
          "shipping_amount": number;
          "state": string;
          "stripe_payment_intent_id": string | null;
          "stripe_refund_id": string | null;
          "user_id": string | null;
        };
        ComputedFields: never;
        Insert: {
          "amount": number;
          "cause": string;
          "closed_at"?: string | null;
          "created_at"?: string;
          "currency": string;
          "id"?: string;
          "lines"?: NonNullable<Json>;
          "order_id": string;
          "reason": string;
          "restock"?: boolean;
          "shipping_amount"?: number;
          "state"?: string;
          "stripe_payment_intent_id"?: string | null;
          "stripe_refund_id"?: string | null;
          "user_id"?: string | null;
        };
        Update: {
          "amount"?: number;
          "cause"?: string;
          "closed_at"?: string | null;
          "created_at"?: string;
          "currency"?: string;
          "id"?: string;
          "lines"?: NonNullable<Json>;
          "order_id"?: string;
          "reason"?: string;
          "restock"?: boolean;
          "shipping_amount"?: number;
          "state"?: string;
          "stripe_payment_intent_id"?: string | null;
          "stripe_refund_id"?: string | null;
          "user_id"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "order_refunds_order_id_fkey";
            columns: ["order_id"];
            isOneToOne: false;
            referencedRelation: "orders";
            referencedColumns: ["id"];
          },
        ];
      };
      "order_returns": {
        Row: {
          "answer": string | null;
          "created_at": string;
          "decided_at": string | null;
          "id": string;
          "lines": NonNullable<Json>;
          "order_id": string;
          "reason": string | null;
          "refund_id": string | null;
          "restock": boolean | null;
          "state": string;
          "user_id": string | null;
        };
        ComputedFields: never;
        Insert: {
          "answer"?: string | null;
          "created_at"?: string;
          "decided_at"?: string | null;
          "id"?: string;
          "lines"?: NonNullable<Json>;
          "order_id": string;
          "reason"?: string | null;
          "refund_id"?: string | null;
          "restock"?: boolean | null;
          "state"?: string;
          "user_id"?: string | null;
        };
        Update: {
          "answer"?: string | null;
          "created_at"?: string;
          "decided_at"?: string | null;
          "id"?: string;
          "lines"?: NonNullable<Json>;
          "order_id"?: string;
          "reason"?: string | null;
          "refund_id"?: string | null;
          "restock"?: boolean | null;
          "state"?: string;
          "user_id"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "order_returns_order_id_fkey";
            columns: ["order_id"];
            isOneToOne: false;
            referencedRelation: "orders";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "order_returns_refund_id_fkey";
            columns: ["refund_id"];
            isOneToOne: false;
            referencedRelation: "order_refunds";
            referencedColumns: ["id"];
          },
        ];
      };
      "orders": {
        Row: {
          "carrier": string | null;
          "created_at": string;
          "currency": string;
          "customer_email": string | null;
          "delivered_at": string | null;
          "discount_amount": number;
          "discount_code": string | null;
          "disputed_amount": number;
          "expires_at": string;
          "forget": boolean;
          "id": string;
          "locale": string;
          "number": string;
          "paid_amount": number;
          "paid_at": string | null;
          "price_list_id": string;
          "refunded_amount": number;
          "shipped_at": string | null;
          "shipping_address": Json | null;
          "shipping_amount": number;
          "shipping_rate": Json | null;
          "status": string;
          "status_before": string | null;
          "stripe_payment_intent_id": string | null;
          "stripe_session_id": string | null;
          "subtotal_amount": number;
          "tax_amount": number;
          "total_amount": number;
          "tracking_number": string | null;
          "tracking_url": string | null;
          "updated_at": string;
          "user_id": string | null;
        };
        ComputedFields: never;
        Insert: {
          "carrier"?: string | null;
          "created_at"?: string;
          "currency": string;
          "customer_email"?: string | null;
          "delivered_at"?: string | null;
          "discount_amount"?: number;
          "discount_code"?: string | null;
          "disputed_amount"?: number;
          "expires_at": string;
          "forget"?: boolean;
          "id"?: string;
          "locale"?: string;
          "number"?: string;
          "paid_amount"?: number;
          "paid_at"?: string | null;
          "price_list_id": string;
          "refunded_amount"?: number;
          "shipped_at"?: string | null;
          "shipping_address"?: Json | null;
          "shipping_amount"?: number;
          "shipping_rate"?: Json | null;
          "status"?: string;
          "status_before"?: string | null;
          "stripe_payment_intent_id"?: string | null;
          "stripe_session_id"?: string | null;
          "subtotal_amount": number;
          "tax_amount"?: number;
          "total_amount": number;
          "tracking_number"?: string | null;
          "tracking_url"?: string | null;
          "updated_at"?: string;
          "user_id"?: string | null;
        };
        Update: {
          "carrier"?: string | null;
          "created_at"?: string;
          "currency"?: string;
          "customer_email"?: string | null;
          "delivered_at"?: string | null;
          "discount_amount"?: number;
          "discount_code"?: string | null;
          "disputed_amount"?: number;
          "expires_at"?: string;
          "forget"?: boolean;
          "id"?: string;
          "locale"?: string;
          "number"?: string;
          "paid_amount"?: number;
          "paid_at"?: string | null;
          "price_list_id"?: string;
          "refunded_amount"?: number;
          "shipped_at"?: string | null;
          "shipping_address"?: Json | null;
          "shipping_amount"?: number;
          "shipping_rate"?: Json | null;
          "status"?: string;
          "status_before"?: string | null;
          "stripe_payment_intent_id"?: string | null;
          "stripe_session_id"?: string | null;
          "subtotal_amount"?: number;
          "tax_amount"?: number;
          "total_amount"?: number;
          "tracking_number"?: string | null;
          "tracking_url"?: string | null;
          "updated_at"?: string;
          "user_id"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "orders_price_list_id_fkey";
            columns: ["price_list_id"];
            isOneToOne: false;
            referencedRelation: "price_lists";
            referencedColumns: ["id"];
          },
        ];
      };
      "payment_methods": {
        Row: {
          "brand": string | null;
          "created_at": string;
          "exp_month": number | null;
          "exp_year": number | null;
          "id": string;
          "last4": string | null;
          "stripe_payment_method_id": string;
          "type": string;
          "updated_at": string;
          "workspace_id": string;
        };
        ComputedFields: never;
        Insert: {
          "brand"?: string | null;
          "created_at": string;
          "exp_month"?: number | null;
          "exp_year"?: number | null;
          "id"?: string;
          "last4"?: string | null;
          "stripe_payment_method_id": string;
          "type": string;
          "updated_at"?: string;
          "workspace_id": string;
        };
        Update: {
          "brand"?: string | null;
          "created_at"?: string;
          "exp_month"?: number | null;
          "exp_year"?: number | null;
          "id"?: string;
          "last4"?: string | null;
          "stripe_payment_method_id"?: string;
          "type"?: string;
          "updated_at"?: string;
          "workspace_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "payment_methods_workspace_id_fkey";
            columns: ["workspace_id"];
            isOneToOne: false;
            referencedRelation: "workspaces";
            referencedColumns: ["id"];
          },
        ];
      };
      "payments": {
        Row: {
          "amount": number;
          "amount_refunded": number;
          "created_at": string;
          "currency": string;
          "id": string;
          "invoice_id": string | null;
          "paid_at": string | null;
          "status": string;
          "stripe_payment_id": string;
          "updated_at": string;
          "workspace_id": string;
        };
        ComputedFields: never;
        Insert: {
          "amount": number;
          "amount_refunded"?: number;
          "created_at": string;
          "currency": string;
          "id"?: string;
          "invoice_id"?: string | null;
          "paid_at"?: string | null;
          "status": string;
          "stripe_payment_id": string;
          "updated_at"?: string;
          "workspace_id": string;
        };
        Update: {
          "amount"?: number;
          "amount_refunded"?: number;
          "created_at"?: string;
          "currency"?: string;
          "id"?: string;
          "invoice_id"?: string | null;
          "paid_at"?: string | null;
          "status"?: string;
          "stripe_payment_id"?: string;
          "updated_at"?: string;
          "workspace_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "payments_invoice_id_fkey";
            columns: ["invoice_id"];
            isOneToOne: false;
            referencedRelation: "invoices";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "payments_workspace_id_fkey";
            columns: ["workspace_id"];
            isOneToOne: false;
            referencedRelation: "workspaces";
            referencedColumns: ["id"];
          },
        ];
      };
      "plan_features": {
        Row: {
          "feature": string;
          "limit_value": number | null;
          "plan_id": string;
        };
        ComputedFields: never;
        Insert: {
          "feature": string;
          "limit_value"?: number | null;
          "plan_id": string;
        };
        Update: {
          "feature"?: string;
          "limit_value"?: number | null;
          "plan_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "plan_features_plan_id_fkey";
            columns: ["plan_id"];
            isOneToOne: false;
            referencedRelation: "plans";
            referencedColumns: ["id"];
          },
        ];
      };
      "plans": {
        Row: {
          "active": boolean;
          "created_at": string;
          "description": string | null;
          "id": string;
          "name": string;
          "per_seat": boolean;
          "rank": number;
          "stripe_product_id": string | null;
          "updated_at": string;
        };
        ComputedFields: never;
        Insert: {
          "active": boolean;
          "created_at"?: string;
          "description"?: string | null;
          "id": string;
          "name": string;
          "per_seat"?: boolean;
          "rank"?: number;
          "stripe_product_id"?: string | null;
          "updated_at"?: string;
        };
        Update: {
          "active"?: boolean;
          "created_at"?: string;
          "description"?: string | null;
          "id"?: string;
          "name"?: string;
          "per_seat"?: boolean;
          "rank"?: number;
          "stripe_product_id"?: string | null;
          "updated_at"?: string;
        };
        Relationships: [];
      };
      "price_lists": {
        Row: {
          "active": boolean;
          "created_at": string;
          "currency": string;
          "id": string;
          "is_default": boolean;
          "updated_at": string;
        };
        ComputedFields: never;
        Insert: {
          "active"?: boolean;
          "created_at"?: string;
          "currency": string;
          "id": string;
          "is_default"?: boolean;
          "updated_at"?: string;
        };
        Update: {
          "active"?: boolean;
          "created_at"?: string;
          "currency"?: string;
          "id"?: string;
          "is_default"?: boolean;
          "updated_at"?: string;
        };
        Relationships: [];
      };
      "prices": {
        Row: {
          "active": boolean;
          "created_at": string;
          "currency": string;
          "id": string;
          "interval": string;
          "interval_count": number;
          "lookup_key": string | null;
          "plan_id": string | null;
          "product_id": string;
          "unit_amount": number;
          "updated_at": string;
        };
        ComputedFields: never;
        Insert: {
          "active": boolean;
          "created_at": string;
          "currency": string;
          "id": string;
          "interval": string;
          "interval_count"?: number;
          "lookup_key"?: string | null;
          "plan_id"?: string | null;
          "product_id": string;
          "unit_amount": number;
          "updated_at"?: string;
        };
        Update: {
          "active"?: boolean;
          "created_at"?: string;
          "currency"?: string;
          "id"?: string;
          "interval"?: string;
          "interval_count"?: number;
          "lookup_key"?: string | null;
          "plan_id"?: string | null;
          "product_id"?: string;
          "unit_amount"?: number;
          "updated_at"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "prices_plan_id_fkey";
            columns: ["plan_id"];
            isOneToOne: false;
            referencedRelation: "plans";
            referencedColumns: ["id"];
          },
        ];
      };
      "product_documents": {
        Row: {
          "document": unknown;
          "level": number;
          "product_id": string;
        };
        ComputedFields: never;
        Insert: {
          "document": unknown;
          "level": number;
          "product_id": string;
        };
        Update: {
          "document"?: unknown;
          "level"?: number;
          "product_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "product_documents_product_id_fkey";
            columns: ["product_id"];
            isOneToOne: true;
            referencedRelation: "products";
            referencedColumns: ["id"];
          },
        ];
      };
      "product_images": {
        Row: {
          "alt_en": string;
          "alt_fr": string;
          "created_at": string;
          "id": string;
          "path": string;
          "position": number;
          "product_id": string;
          "updated_at": string;
          "variant_id": string | null;
        };
        ComputedFields: never;
        Insert: {
          "alt_en"?: string;
          "alt_fr"?: string;
          "created_at"?: string;
          "id"?: string;
          "path": string;
          "position"?: number;
          "product_id": string;
          "updated_at"?: string;
          "variant_id"?: string | null;
        };
        Update: {
          "alt_en"?: string;
          "alt_fr"?: string;
          "created_at"?: string;
          "id"?: string;
          "path"?: string;
          "position"?: number;
          "product_id"?: string;
          "updated_at"?: string;
          "variant_id"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "product_images_product_id_fkey";
            columns: ["product_id"];
            isOneToOne: false;
            referencedRelation: "products";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "product_images_variant_id_fkey";
            columns: ["variant_id"];
            isOneToOne: false;
            referencedRelation: "product_variants";
            referencedColumns: ["id"];
          },
        ];
      };
      "product_listings": {
        Row: {
          "category_id": string;
          "listed_at": string;
          "max_amount": number;
          "min_amount": number;
          "price_list_id": string;
          "product_id": string;
          "rating_rank": number;
        };
        ComputedFields: never;
        Insert: {
          "category_id": string;
          "listed_at": string;
          "max_amount": number;
          "min_amount": number;
          "price_list_id": string;
          "product_id": string;
          "rating_rank": number;
        };
        Update: {
          "category_id"?: string;
          "listed_at"?: string;
          "max_amount"?: number;
          "min_amount"?: number;
          "price_list_id"?: string;
          "product_id"?: string;
          "rating_rank"?: number;
        };
        Relationships: [
          {
            foreignKeyName: "product_listings_price_list_id_fkey";
            columns: ["price_list_id"];
            isOneToOne: false;
            referencedRelation: "price_lists";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "product_listings_product_id_fkey";
            columns: ["product_id"];
            isOneToOne: false;
            referencedRelation: "products";
            referencedColumns: ["id"];
          },
        ];
      };
      "product_variants": {
        Row: {
          "active": boolean;
          "created_at": string;
          "id": string;
          "low_stock": number;
          "options": NonNullable<Json>;
          "position": number;
          "product_id": string;
          "sku": string;
          "updated_at": string;
          "weight_grams": number;
        };
        ComputedFields: never;
        Insert: {
          "active"?: boolean;
          "created_at"?: string;
          "id"?: string;
          "low_stock"?: number;
          "options"?: NonNullable<Json>;
          "position"?: number;
          "product_id": string;
          "sku": string;
          "updated_at"?: string;
          "weight_grams"?: number;
        };
        Update: {
          "active"?: boolean;
          "created_at"?: string;
          "id"?: string;
          "low_stock"?: number;
          "options"?: NonNullable<Json>;
          "position"?: number;
          "product_id"?: string;
          "sku"?: string;
          "updated_at"?: string;
          "weight_grams"?: number;
        };
        Relationships: [
          {
            foreignKeyName: "product_variants_product_id_fkey";
            columns: ["product_id"];
            isOneToOne: false;
            referencedRelation: "products";
            referencedColumns: ["id"];
          },
        ];
      };
      "products": {
        Row: {
          "active": boolean;
          "attributes": NonNullable<Json>;
          "category_id": string;
          "created_at": string;
          "description_en": string;
          "description_fr": string;
          "id": string;
          "name_en": string;
          "name_fr": string;
          "rating_count": number;
          "rating_sum": number;
          "slug": string;
          "tax_code": string | null;
          "updated_at": string;
        };
        ComputedFields: never;
        Insert: {
          "active"?: boolean;
          "attributes"?: NonNullable<Json>;
          "category_id": string;
          "created_at"?: string;
          "description_en"?: string;
          "description_fr"?: string;
          "id"?: string;
          "name_en": string;
          "name_fr": string;
          "rating_count"?: number;
          "rating_sum"?: number;
          "slug": string;
          "tax_code"?: string | null;
          "updated_at"?: string;
        };
        Update: {
          "active"?: boolean;
          "attributes"?: NonNullable<Json>;
          "category_id"?: string;
          "created_at"?: string;
          "description_en"?: string;
          "description_fr"?: string;
          "id"?: string;
          "name_en"?: string;
          "name_fr"?: string;
          "rating_count"?: number;
          "rating_sum"?: number;
          "slug"?: string;
          "tax_code"?: string | null;
          "updated_at"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "products_category_id_fkey";
            columns: ["category_id"];
            isOneToOne: false;
            referencedRelation: "categories";
            referencedColumns: ["id"];
          },
        ];
      };
      "profiles": {
        Row: {
          "avatar_url": string | null;
          "created_at": string;
          "id": string;
          "locale": string;
          "name": string;
          "updated_at": string;
          "version": number;
        };
        ComputedFields: never;
        Insert: {
          "avatar_url"?: string | null;
          "created_at"?: string;
          "id": string;
          "locale"?: string;
          "name"?: string;
          "updated_at"?: string;
          "version"?: number;
        };
        Update: {
          "avatar_url"?: string | null;
          "created_at"?: string;
          "id"?: string;
          "locale"?: string;
          "name"?: string;
          "updated_at"?: string;
          "version"?: number;
        };
        Relationships: [];
      };
      "refunds": {
        Row: {
          "amount": number;
          "created_at": string;
          "currency": string;
          "id": string;
          "payment_id": string;
          "reason": string | null;
          "status": string;
          "stripe_refund_id": string;
          "updated_at": string;
          "workspace_id": string;
        };
        ComputedFields: never;
        Insert: {
          "amount": number;
          "created_at": string;
          "currency": string;
          "id"?: string;
          "payment_id": string;
          "reason"?: string | null;
          "status": string;
          "stripe_refund_id": string;
          "updated_at"?: string;
          "workspace_id": string;
        };
        Update: {
          "amount"?: number;
          "created_at"?: string;
          "currency"?: string;
          "id"?: string;
          "payment_id"?: string;
          "reason"?: string | null;
          "status"?: string;
          "stripe_refund_id"?: string;
          "updated_at"?: string;
          "workspace_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "refunds_payment_id_fkey";
            columns: ["payment_id"];
            isOneToOne: false;
            referencedRelation: "payments";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "refunds_workspace_id_fkey";
            columns: ["workspace_id"];
            isOneToOne: false;
            referencedRelation: "workspaces";
            referencedColumns: ["id"];
          },
        ];
      };
      "reviews": {
        Row: {
          "comment": string;
          "created_at": string;
          "hidden_at": string | null;
          "hidden_reason": string | null;
          "id": string;
          "order_item_id": string;
          "product_id": string;
          "rating": number;
          "updated_at": string;
          "user_id": string;
          "verified": boolean;
        };
        ComputedFields: never;
        Insert: {
          "comment"?: string;
          "created_at"?: string;
          "hidden_at"?: string | null;
          "hidden_reason"?: string | null;
          "id"?: string;
          "order_item_id": string;
          "product_id": string;
          "rating": number;
          "updated_at"?: string;
          "user_id"?: string;
          "verified"?: boolean;
        };
        Update: {
          "comment"?: string;
          "created_at"?: string;
          "hidden_at"?: string | null;
          "hidden_reason"?: string | null;
          "id"?: string;
          "order_item_id"?: string;
          "product_id"?: string;
          "rating"?: number;
          "updated_at"?: string;
          "user_id"?: string;
          "verified"?: boolean;
        };
        Relationships: [
          {
            foreignKeyName: "reviews_order_item_id_fkey";
            columns: ["order_item_id"];
            isOneToOne: true;
            referencedRelation: "order_items";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "reviews_product_id_fkey";
            columns: ["product_id"];
            isOneToOne: false;
            referencedRelation: "products";
            referencedColumns: ["id"];
          },
        ];
      };
      "search_words": {
        Row: {
          "word": string;
        };
        ComputedFields: never;
        Insert: {
          "word": string;
        };
        Update: {
          "word"?: string;
        };
        Relationships: [];
      };
      "shipping_rates": {
        Row: {
          "active": boolean;
          "amount": number;
          "countries": (string)[] | null;
          "created_at": string;
          "id": string;
          "max_days": number | null;
          "max_total": number | null;
          "max_weight": number | null;
          "min_days": number | null;
          "min_total": number | null;
          "min_weight": number | null;
          "name_en": string;
          "name_fr": string;
          "position": number;
          "price_list_id": string;
          "updated_at": string;
        };
        ComputedFields: never;
        Insert: {
          "active"?: boolean;
          "amount": number;
          "countries"?: (string)[] | null;
          "created_at"?: string;
          "id"?: string;
          "max_days"?: number | null;
          "max_total"?: number | null;
          "max_weight"?: number | null;
          "min_days"?: number | null;
          "min_total"?: number | null;
          "min_weight"?: number | null;
          "name_en": string;
          "name_fr": string;
          "position"?: number;
          "price_list_id": string;
          "updated_at"?: string;
        };
        Update: {
          "active"?: boolean;
          "amount"?: number;
          "countries"?: (string)[] | null;
          "created_at"?: string;
          "id"?: string;
          "max_days"?: number | null;
          "max_total"?: number | null;
          "max_weight"?: number | null;
          "min_days"?: number | null;
          "min_total"?: number | null;
          "min_weight"?: number | null;
          "name_en"?: string;
          "name_fr"?: string;
          "position"?: number;
          "price_list_id"?: string;
          "updated_at"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "shipping_rates_price_list_id_fkey";
            columns: ["price_list_id"];
            isOneToOne: false;
            referencedRelation: "price_lists";
            referencedColumns: ["id"];
          },
        ];
      };
      "subscriptions": {
        Row: {
          "cancel_at": string | null;
          "cancel_at_period_end": boolean;
          "canceled_at": string | null;
          "coupon": string | null;
          "created_at": string;
          "currency": string;
          "current_period_end": string | null;
          "current_period_start": string | null;
          "discount_ends_at": string | null;
          "ended_at": string | null;
          "id": string;
          "next_change_at": string | null;
          "next_price_id": string | null;
          "next_quantity": number | null;
          "plan_id": string | null;
          "price_id": string | null;
          "promotion_code": string | null;
          "quantity": number;
          "status": string;
          "stripe_payment_method_id": string | null;
          "stripe_subscription_id": string;
          "trial_end": string | null;
          "trial_start": string | null;
          "updated_at": string;
          "user_id": string | null;
          "workspace_id": string;
        };
        ComputedFields: never;
        Insert: {
          "cancel_at"?: string | null;
          "cancel_at_period_end"?: boolean;
          "canceled_at"?: string | null;
          "coupon"?: string | null;
          "created_at": string;
          "currency": string;
          "current_period_end"?: string | null;
          "current_period_start"?: string | null;
          "discount_ends_at"?: string | null;
          "ended_at"?: string | null;
          "id"?: string;
          "next_change_at"?: string | null;
          "next_price_id"?: string | null;
          "next_quantity"?: number | null;
          "plan_id"?: string | null;
          "price_id"?: string | null;
          "promotion_code"?: string | null;
          "quantity": number;
          "status": string;
          "stripe_payment_method_id"?: string | null;
          "stripe_subscription_id": string;
          "trial_end"?: string | null;
          "trial_start"?: string | null;
          "updated_at"?: string;
          "user_id"?: string | null;
          "workspace_id": string;
        };
        Update: {
          "cancel_at"?: string | null;
          "cancel_at_period_end"?: boolean;
          "canceled_at"?: string | null;
          "coupon"?: string | null;
          "created_at"?: string;
          "currency"?: string;
          "current_period_end"?: string | null;
          "current_period_start"?: string | null;
          "discount_ends_at"?: string | null;
          "ended_at"?: string | null;
          "id"?: string;
          "next_change_at"?: string | null;
          "next_price_id"?: string | null;
          "next_quantity"?: number | null;
          "plan_id"?: string | null;
          "price_id"?: string | null;
          "promotion_code"?: string | null;
          "quantity"?: number;
          "status"?: string;
          "stripe_payment_method_id"?: string | null;
          "stripe_subscription_id"?: string;
          "trial_end"?: string | null;
          "trial_start"?: string | null;
          "updated_at"?: string;
          "user_id"?: string | null;
          "workspace_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "subscriptions_plan_id_fkey";
            columns: ["plan_id"];
            isOneToOne: false;
            referencedRelation: "plans";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "subscriptions_workspace_id_fkey";
            columns: ["workspace_id"];
            isOneToOne: false;
            referencedRelation: "workspaces";
            referencedColumns: ["id"];
          },
        ];
      };
      "usage_counters": {
        Row: {
          "meter": string;
          "period_end": string;
          "period_start": string;
          "reserved": number;
          "used": number;
          "workspace_id": string;
        };
        ComputedFields: never;
        Insert: {
          "meter": string;
          "period_end": string;
          "period_start": string;
          "reserved"?: number;
          "used"?: number;
          "workspace_id": string;
        };
        Update: {
          "meter"?: string;
          "period_end"?: string;
          "period_start"?: string;
          "reserved"?: number;
          "used"?: number;
          "workspace_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "usage_counters_workspace_id_fkey";
            columns: ["workspace_id"];
            isOneToOne: false;
            referencedRelation: "workspaces";
            referencedColumns: ["id"];
          },
        ];
      };
      "usage_records": {
        Row: {
          "amount": number;
          "day": string;
          "id": number;
          "key": string | null;
          "meter": string;
          "period_start": string;
          "recorded_at": string;
          "report_id": string | null;
          "workspace_id": string;
        };
        ComputedFields: never;
        Insert: {
          "amount": number;
          "day": string;
          "id"?: number;
          "key"?: string | null;
          "meter": string;
          "period_start": string;
          "recorded_at": string;
          "report_id"?: string | null;
          "workspace_id": string;
        };
        Update: {
          "amount"?: number;
          "day"?: string;
          "id"?: number;
          "key"?: string | null;
          "meter"?: string;
          "period_start"?: string;
          "recorded_at"?: string;
          "report_id"?: string | null;
          "workspace_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "usage_records_counter";
            columns: ["workspace_id", "meter", "period_start"];
            isOneToOne: false;
            referencedRelation: "usage_counters";
            referencedColumns: ["workspace_id", "meter", "period_start"];
          },
        ];
      };
      "variant_availability": {
        Row: {
          "band": string;
          "few_left": number | null;
          "on_sale": boolean;
          "product_id": string;
          "updated_at": string;
          "variant_id": string;
        };
        ComputedFields: never;
        Insert: {
          "band"?: string;
          "few_left"?: number | null;
          "on_sale"?: boolean;
          "product_id": string;
          "updated_at"?: string;
          "variant_id": string;
        };
        Update: {
          "band"?: string;
          "few_left"?: number | null;
          "on_sale"?: boolean;
          "product_id"?: string;
          "updated_at"?: string;
          "variant_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "variant_availability_product_id_fkey";
            columns: ["product_id"];
            isOneToOne: false;
            referencedRelation: "products";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "variant_availability_variant_id_fkey";
            columns: ["variant_id"];
            isOneToOne: true;
            referencedRelation: "product_variants";
            referencedColumns: ["id"];
          },
        ];
      };
      "variant_prices": {
        Row: {
          "compare_at_amount": number | null;
          "created_at": string;
          "price_list_id": string;
          "unit_amount": number;
          "updated_at": string;
          "variant_id": string;
        };
        ComputedFields: never;
        Insert: {
          "compare_at_amount"?: number | null;
          "created_at"?: string;
          "price_list_id": string;
          "unit_amount": number;
          "updated_at"?: string;
          "variant_id": string;
        };
        Update: {
          "compare_at_amount"?: number | null;
          "created_at"?: string;
          "price_list_id"?: string;
          "unit_amount"?: number;
          "updated_at"?: string;
          "variant_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "variant_prices_price_list_id_fkey";
            columns: ["price_list_id"];
            isOneToOne: false;
            referencedRelation: "price_lists";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "variant_prices_variant_id_fkey";
            columns: ["variant_id"];
            isOneToOne: false;
            referencedRelation: "product_variants";
            referencedColumns: ["id"];
          },
        ];
      };
      "webhook_deliveries": {
        Row: {
          "attempts": number;
          "created_at": string;
          "endpoint_id": string;
          "event_id": string;
          "finished_at": string | null;
          "id": number;
          "last_attempt_at": string | null;
          "last_error": string | null;
          "last_excerpt": string | null;
          "last_status": number | null;
          "note": string | null;
          "payload": NonNullable<Json>;
          "replays": number;
          "sending_until": string | null;
          "state": string;
          "type": string;
        };
        ComputedFields: never;
        Insert: {
          "attempts"?: number;
          "created_at"?: string;
          "endpoint_id": string;
          "event_id": string;
          "finished_at"?: string | null;
          "id"?: never;
          "last_attempt_at"?: string | null;
          "last_error"?: string | null;
          "last_excerpt"?: string | null;
          "last_status"?: number | null;
          "note"?: string | null;
          "payload": NonNullable<Json>;
          "replays"?: number;
          "sending_until"?: string | null;
          "state"?: string;
          "type": string;
        };
        Update: {
          "attempts"?: number;
          "created_at"?: string;
          "endpoint_id"?: string;
          "event_id"?: string;
          "finished_at"?: string | null;
          "id"?: never;
          "last_attempt_at"?: string | null;
          "last_error"?: string | null;
          "last_excerpt"?: string | null;
          "last_status"?: number | null;
          "note"?: string | null;
          "payload"?: NonNullable<Json>;
          "replays"?: number;
          "sending_until"?: string | null;
          "state"?: string;
          "type"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "webhook_deliveries_endpoint_id_fkey";
            columns: ["endpoint_id"];
            isOneToOne: false;
            referencedRelation: "webhook_endpoints";
            referencedColumns: ["id"];
          },
        ];
      };
      "webhook_endpoints": {
        Row: {
          "created_at": string;
          "description": string;
          "disabled_reason": string | null;
          "enabled": boolean;
          "events": (string)[];
          "failing_since": string | null;
          "id": string;
          "updated_at": string;
          "url": string;
        };
        ComputedFields: never;
        Insert: {
          "created_at"?: string;
          "description"?: string;
          "disabled_reason"?: string | null;
          "enabled"?: boolean;
          "events": (string)[];
          "failing_since"?: string | null;
          "id"?: string;
          "updated_at"?: string;
          "url": string;
        };
        Update: {
          "created_at"?: string;
          "description"?: string;
          "disabled_reason"?: string | null;
          "enabled"?: boolean;
          "events"?: (string)[];
          "failing_since"?: string | null;
          "id"?: string;
          "updated_at"?: string;
          "url"?: string;
        };
        Relationships: [];
      };
      "webhook_event_types": {
        Row: {
          "description": string;
          "type": string;
        };
        ComputedFields: never;
        Insert: {
          "description": string;
          "type": string;
        };
        Update: {
          "description"?: string;
          "type"?: string;
        };
        Relationships: [];
      };
      "workspace_api_keys": {
        Row: {
          "created_at": string;
          "created_by": string | null;
          "expires_at": string | null;
          "id": string;
          "last_used_at": string | null;
          "name": string;
          "prefix": string;
          "revoked_at": string | null;
          "role": string;
          "scopes": (string)[];
          "workspace_id": string;
        };
        ComputedFields: never;
        Insert: {
          "created_at"?: string;
          "created_by"?: string | null;
          "expires_at"?: string | null;
          "id"?: string;
          "last_used_at"?: string | null;
          "name": string;
          "prefix": string;
          "revoked_at"?: string | null;
          "role": string;
          "scopes": (string)[];
          "workspace_id": string;
        };
        Update: {
          "created_at"?: string;
          "created_by"?: string | null;
          "expires_at"?: string | null;
          "id"?: string;
          "last_used_at"?: string | null;
          "name"?: string;
          "prefix"?: string;
          "revoked_at"?: string | null;
          "role"?: string;
          "scopes"?: (string)[];
          "workspace_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "workspace_api_keys_workspace_id_fkey";
            columns: ["workspace_id"];
            isOneToOne: false;
            referencedRelation: "workspaces";
            referencedColumns: ["id"];
          },
        ];
      };
      "workspace_invitations": {
        Row: {
          "accepted_by": string | null;
          "closed_at": string | null;
          "created_at": string;
          "email": string;
          "expires_at": string;
          "id": string;
          "invited_by": string | null;
          "role": string;
          "sends": number;
          "sent_at": string;
          "state": string;
          "workspace_id": string;
        };
        ComputedFields: never;
        Insert: {
          "accepted_by"?: string | null;
          "closed_at"?: string | null;
          "created_at"?: string;
          "email": string;
          "expires_at"?: string;
          "id"?: string;
          "invited_by"?: string | null;
          "role": string;
          "sends"?: number;
          "sent_at"?: string;
          "state"?: string;
          "workspace_id": string;
        };
        Update: {
          "accepted_by"?: string | null;
          "closed_at"?: string | null;
          "created_at"?: string;
          "email"?: string;
          "expires_at"?: string;
          "id"?: string;
          "invited_by"?: string | null;
          "role"?: string;
          "sends"?: number;
          "sent_at"?: string;
          "state"?: string;
          "workspace_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "workspace_invitations_workspace_id_fkey";
            columns: ["workspace_id"];
            isOneToOne: false;
            referencedRelation: "workspaces";
            referencedColumns: ["id"];
          },
        ];
      };
      "workspace_members": {
        Row: {
          "created_at": string;
          "role": string;
          "user_id": string;
          "workspace_id": string;
        };
        ComputedFields: never;
        Insert: {
          "created_at"?: string;
          "role": string;
          "user_id": string;
          "workspace_id": string;
        };
        Update: {
          "created_at"?: string;
          "role"?: string;
          "user_id"?: string;
          "workspace_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "workspace_members_workspace_id_fkey";
            columns: ["workspace_id"];
            isOneToOne: false;
            referencedRelation: "workspaces";
            referencedColumns: ["id"];
          },
        ];
      };
      "workspaces": {
        Row: {
          "created_at": string;
          "id": string;
          "name": string;
          "personal_of": string | null;
          "slug": string;
          "updated_at": string;
        };
        ComputedFields: never;
        Insert: {
          "created_at"?: string;
          "id"?: string;
          "name": string;
          "personal_of"?: string | null;
          "slug": string;
          "updated_at"?: string;
        };
        Update: {
          "created_at"?: string;
          "id"?: string;
          "name"?: string;
          "personal_of"?: string | null;
          "slug"?: string;
          "updated_at"?: string;
        };
        Relationships: [];
      };
    };
    Views: {
      "billing_documents": {
        Row: {
          "amount": number | null;
          "created_at": string | null;
          "currency": string | null;
          "description": string | null;
          "id": string | null;
          "invoice_id": string | null;
          "kind": string | null;
          "number": string | null;
          "page_url": string | null;
          "pdf_url": string | null;
          "plan": string | null;
          "status": string | null;
          "tax": number | null;
          "workspace_id": string | null;
        };
        ComputedFields: never;
        Relationships: [];
      };
    };
    Functions: {
      "account_deletion_advance": {
        Args: { "deletion_id": string; "done": string; "next": string };
        Returns: boolean;
      };
      "account_deletion_ask": {
        Args: { "link": string; "token": string; "user_id": string };
        Returns: undefined;
      };
      "account_deletion_cancel": { Args: { "user_id": string }; Returns: undefined };
      "account_deletion_finish": { Args: { "deletion_id": string }; Returns: boolean };
      "account_deletion_records": { Args: { "deletion_id": string }; Returns: boolean };
      "account_deletion_schedule": { Args: { "token"?: string; "user_id": string }; Returns: Json };
      "account_deletion_step": { Args: { "deletion_id": string }; Returns: Json };
      "account_export_advance": {
        Args: { "bytes": number; "cursor": Json; "export_id": string; "part": number };
        Returns: boolean;
      };
      "account_export_expire": { Args: { "export_id": string }; Returns: undefined };
      "account_export_finish": {
        Args: { "bytes": number; "export_id": string; "links": Json; "part": number };
        Returns: boolean;
      };
      "account_export_rows": {
        Args: { "after": string; "batch": number; "relation": string; "user_id": string };
        Returns: Json;
      };
      "account_export_start": {
        Args: { "export_id"?: string; "user_id": string };
        Returns: string;
      };
      "account_export_step": { Args: { "export_id": string }; Returns: Json };
      "account_exports_over": { Args: { "batch": number }; Returns: Json };
      "account_files": {
        Args: { "after": string; "batch": number; "shared"?: boolean; "user_id": string };
        Returns: Json;
      };
      "alert_told": {
        Args: {
          "error": string;
          "incident_id": number;
          "mailed": boolean;
          "occasion": number;
          "posted": boolean;
        };
        Returns: undefined;
      };
      "alerts_claim": { Args: Record<PropertyKey, never>; Returns: Json };
      "api_key_create": {
        Args: {
          "expires_at": string;
          "key_hash": string;
          "name": string;
          "prefix": string;
          "role": string;
          "scopes": (string)[];
          "user_id": string;
          "workspace_id": string;
        };
        Returns: {
          "created_at": string;
          "created_by": string | null;
          "expires_at": string | null;
          "id": string;
          "last_used_at": string | null;
          "name": string;
          "prefix": string;
          "revoked_at": string | null;
          "role": string;
          "scopes": (string)[];
          "workspace_id": string;
        };
        SetofOptions: {
          from: "*";
          to: "workspace_api_keys";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "api_key_use": { Args: { "key_hash": string }; Returns: Json };
      "billing_customer": { Args: { "workspace_id": string }; Returns: Json };
      "billing_customer_member": {
        Args: { "stripe_customer_id": string; "user_id": string };
        Returns: boolean;
      };
      "billing_customer_record": {
        Args: { "stripe_customer_id": string; "workspace_id": string };
        Returns: string;
      };
      "billing_mail": {
        Args: {
          "dedupe_key": string;
          "props": Json;
          "stripe_customer_id": string;
          "stripe_subscription_id": string;
          "template": string;
        };
        Returns: number;
      };
      "billing_tax_id_forget": { Args: { "workspace_id": string }; Returns: undefined };
      "billing_workspace_for": {
        Args: { "user_id": string; "workspace_id": string };
        Returns: string;
      };
      "card_attempt_begin": {
        Args: {
          "address_hash": string;
          "tolerance"?: number;
          "user_id": string;
          "workspace_id": string;
        };
        Returns: Json;
      };
      "card_attempt_begin_guest": {
        Args: { "address_hash": string; "tolerance"?: number };
        Returns: Json;
      };
      "card_decline_record": {
        Args: {
          "card_hash": string;
          "cause": string;
          "code": string;
          "stripe_customer_id": string;
          "tolerance"?: number;
        };
        Returns: boolean;
      };
      "card_decline_record_guest": {
        Args: {
          "card_hash": string;
          "cause": string;
          "code": string;
          "order_id": string;
          "tolerance"?: number;
        };
        Returns: boolean;
      };
      "card_trial_used": { Args: { "fingerprint": string }; Returns: boolean };
      "cards_expiring": { Args: Record<PropertyKey, never>; Returns: number };
      "cart_facts": { Args: { "price_list"?: string; "variant_ids": (string)[] }; Returns: Json };
      "cart_stock": {
        Args: { "quantities": (number)[]; "variant_ids": (string)[] };
        Returns: Json;
      };
      "catalogue_export_advance": {
        Args: {
          "bytes_more": number;
          "cursor": Json;
          "export_id": string;
          "last": boolean;
          "part": number;
          "rows_more": number;
        };
        Returns: boolean;
      };
      "catalogue_export_rows": {
        Args: { "after_product": string; "after_sku": string; "batch": number };
        Returns: Json;
      };
      "catalogue_export_start": {
        Args: { "export_id"?: string; "staff": string };
        Returns: string;
      };
      "catalogue_export_step": { Args: { "export_id": string }; Returns: Json };
      "catalogue_exports_expire": { Args: Record<PropertyKey, never>; Returns: number };
      "catalogue_files_over": { Args: { "batch": number }; Returns: Json };
      "catalogue_import_apply": {
        Args: {
          "from_byte": number;
          "import_id": string;
          "last": boolean;
          "lines": number;
          "refused": Json;
          "rows": Json;
          "to_byte": number;
        };
        Returns: boolean;
      };
      "catalogue_import_cancel": {
        Args: { "import_id": string; "staff": string };
        Returns: undefined;
      };
      "catalogue_import_fail": {
        Args: { "import_id": string; "problem": string };
        Returns: undefined;
      };
      "catalogue_import_header": {
        Args: {
          "columns": Json;
          "import_id": string;
          "lines": number;
          "separator": string;
          "to_byte": number;
        };
        Returns: undefined;
      };
      "catalogue_import_start": {
        Args: { "dry_run": boolean; "import_id"?: string; "path": string; "staff": string };
        Returns: string;
      };
      "catalogue_import_step": { Args: { "import_id": string }; Returns: Json };
      "dunning_advance": { Args: { "stripe_invoice_id": string }; Returns: string };
      "dunning_failed": {
        Args: { "failed_at": string; "stripe_invoice_id": string };
        Returns: boolean;
      };
      "dunning_missed": { Args: Record<PropertyKey, never>; Returns: number };
      "dunning_timeline": {
        Args: { "workspace_id": string };
        Returns: {
          "action": string;
          "amount_due": number;
          "at": string;
          "currency": string;
          "done": boolean;
          "hosted_invoice_url": string;
          "invoice_id": string;
          "number": string;
          "outcome": string;
          "step": string;
        }[];
      };
      "entitlements": {
        Args: { "workspace_id": string };
        Returns: {
          "feature": string;
          "included": boolean;
          "limit": number;
          "source": string;
          "used": number;
        }[];
      };
      "feature_override_remove": {
        Args: { "feature": string; "reason": string; "user_id": string; "workspace_id": string };
        Returns: boolean;
      };
      "feature_override_set": {
        Args: {
          "enabled": boolean;
          "expires_at": string;
          "feature": string;
          "limit_value": number;
          "reason": string;
          "user_id": string;
          "workspace_id": string;
        };
        Returns: Json;
      };
      "feature_required": { Args: { "feature": string; "workspace_id"?: string }; Returns: Json };
      "getting_started_mails": { Args: Record<PropertyKey, never>; Returns: number };
      "health": { Args: Record<PropertyKey, never>; Returns: Json };
      "idempotency_begin": {
        Args: {
          "attempt"?: string;
          "caller": string;
          "endpoint": string;
          "key": string;
          "lease_seconds": number;
          "request_hash": string;
        };
        Returns: Json;
      };
      "idempotency_end": {
        Args: {
          "attempt": string;
          "caller": string;
          "endpoint": string;
          "key": string;
          "reply": Json;
          "status": number;
        };
        Returns: boolean;
      };
      "idempotency_note_subject": {
        Args: {
          "attempt": string;
          "caller": string;
          "endpoint": string;
          "key": string;
          "subject": string;
        };
        Returns: boolean;
      };
      "invitation_accept": {
        Args: { "invitation_id"?: string; "token"?: string; "user_id": string };
        Returns: Json;
      };
      "invitation_by_token": { Args: { "token": string }; Returns: Json };
      "invitation_decline": {
        Args: { "invitation_id"?: string; "token"?: string };
        Returns: undefined;
      };
      "is_staff": { Args: Record<PropertyKey, never>; Returns: boolean };
      "job_enqueue": {
        Args: { "dedupe_key"?: string; "kind": string; "payload": Json };
        Returns: number;
      };
      "job_replay": { Args: { "job_id": number }; Returns: boolean };
      "jobs_claim": {
        Args: { "batch": number; "lease_seconds": number };
        Returns: {
          "attempts": number;
          "cause": string;
          "id": number;
          "kind": string;
          "payload": Json;
        }[];
      };
      "jobs_settle": {
        Args: { "results": Json };
        Returns: {
          "id": number;
          "state": string;
        }[];
      };
      "mail_feedback_record": {
        Args: {
          "addresses": (string)[];
          "delivery": string;
          "detail": string;
          "kind": string;
          "occurred_at": string;
          "provider_id": string;
          "source": string;
        };
        Returns: undefined;
      };
      "mail_gate": {
        Args: { "address": string; "on_by_default": boolean; "topic": string; "user_id": string };
        Returns: Json;
      };
      "mail_log_write": {
        Args: {
          "address": string;
          "cause": string;
          "outcome": string;
          "provider_id": string;
          "purpose": string;
          "reason": string;
          "template": string;
          "user_id": string;
        };
        Returns: undefined;
      };
      "mail_preference_set": {
        Args: { "subscribed": boolean; "topic": string };
        Returns: undefined;
      };
      "mail_suppression": { Args: Record<PropertyKey, never>; Returns: Json };
      "mail_unsubscribe": { Args: { "topic": string; "user_id": string }; Returns: undefined };
      "mails_enqueue": { Args: { "mails": Json; "user_id": string }; Returns: number };
      "meter_count": {
        Args: { "amount"?: number; "key"?: string; "meter": string; "workspace_id": string };
        Returns: Json;
      };
      "meter_release": { Args: { "hold_id": string }; Returns: boolean };
      "meter_reserve": {
        Args: {
          "amount": number;
          "key": string;
          "meter": string;
          "ttl_seconds"?: number;
          "workspace_id": string;
        };
        Returns: Json;
      };
      "meter_settle": { Args: { "hold_id": string; "used": number }; Returns: boolean };
      "my_invitations": {
        Args: Record<PropertyKey, never>;
        Returns: {
          "expires_at": string;
          "id": string;
          "inviter": string;
          "role": string;
          "sent_at": string;
          "workspace": string;
        }[];
      };
      "order_advance": {
        Args: {
          "carrier": string;
          "cause"?: string;
          "order_id": string;
          "reason": string;
          "staff": string;
          "to_status": string;
          "tracking_number": string;
          "tracking_url": string;
        };
        Returns: string;
      };
      "order_cancel": {
        Args: {
          "buyer": string;
          "by_token": boolean;
          "cause"?: string;
          "order_id": string;
          "session_ended": boolean;
          "staff_reason": string;
        };
        Returns: string;
      };
      "order_checkout": { Args: { "order_id": string }; Returns: Json };
      "order_checkout_record": {
        Args: { "order_id": string; "session_id": string };
        Returns: boolean;
      };
      "order_confirmation_send": {
        Args: { "cause": string; "order_id": string; "reason": string; "staff": string };
        Returns: boolean;
      };
      "order_find": { Args: { "order_id": string; "session_id": string }; Returns: Json };
      "order_place": {
        Args: {
          "address_hash"?: string;
          "buyer": string;
          "cancel_url": string;
          "cart"?: string;
          "discount_code": string;
          "email": string;
          "items": Json;
          "locale": string;
          "placed_id"?: string;
          "price_list": string;
          "shipping_address": Json;
          "shipping_rate_id": string;
          "success_url": string;
          "taxed"?: boolean;
          "user_id": string;
        };
        Returns: Json;
      };
      "order_read": {
        Args: { "buyer": string; "by_token": boolean; "order_id": string };
        Returns: Json;
      };
      "order_refund": {
        Args: {
          "amount": number;
          "cause": string;
          "lines": Json;
          "order_id": string;
          "reason": string;
          "restock": boolean;
          "staff": string;
          "why": string;
        };
        Returns: Json;
      };
      "order_refund_read": { Args: { "refund_id": string }; Returns: Json };
      "order_refund_refused": { Args: { "failure": string; "refund_id": string }; Returns: Json };
      "order_release": {
        Args: { "order_id": string; "reason": string; "to_status": string };
        Returns: boolean;
      };
      "order_return_ask": {
        Args: {
          "buyer": string;
          "by_token": boolean;
          "lines": Json;
          "order_id": string;
          "reason": string;
          "return_id"?: string;
        };
        Returns: string;
      };
      "order_return_decide": {
        Args: {
          "accept": boolean;
          "amount": number;
          "answer": string;
          "restock": boolean;
          "return_id": string;
          "staff": string;
          "why": string;
        };
        Returns: Json;
      };
      "order_review_end": {
        Args: { "cause"?: string; "order_id": string; "reason": string; "staff": string };
        Returns: string;
      };
      "orders_pending_before": { Args: { "cart": string; "email": string }; Returns: Json };
      "orders_pending_of": { Args: { "workspace_id": string }; Returns: Json };
      "orders_to_look_at": { Args: { "batch": number }; Returns: Json };
      "orphaned_files": { Args: { "batch": number }; Returns: Json };
      "orphaned_subscriptions": { Args: { "batch": number }; Returns: string[] };
      "orphaned_workspaces_close": { Args: { "batch": number }; Returns: number };
      "product_images_orphaned": { Args: { "batch": number }; Returns: (string)[] };
      "product_images_unused": { Args: { "names": (string)[] }; Returns: (string)[] };
      "product_reviews": {
        Args: { "cursor"?: string; "page_size"?: number; "product_id": string };
        Returns: Json;
      };
      "product_show": {
        Args: { "locale"?: string; "price_list"?: string; "product": string };
        Returns: Json;
      };
      "products_search": {
        Args: {
          "after_id"?: string;
          "after_key"?: string;
          "attributes"?: Json;
          "category"?: string;
          "facets"?: boolean;
          "in_stock"?: boolean;
          "locale"?: string;
          "max_amount"?: number;
          "min_amount"?: number;
          "page_size"?: number;
          "price_list"?: string;
          "search"?: string;
          "sort"?: string;
        };
        Returns: Json;
      };
      "rate_limit_forget": { Args: { "key": string }; Returns: undefined };
      "rate_limit_hit": {
        Args: { "key": string; "max_hits": number; "window_seconds": number };
        Returns: Json;
      };
      "receipt_send": {
        Args: { "cause": string; "invoice_id": string; "user_id": string };
        Returns: boolean;
      };
      "reconciliation_begin": {
        Args: { "cause"?: string; "repair": boolean; "run_id": number };
        Returns: Json;
      };
      "reconciliation_compare": {
        Args: { "object_type": string; "objects": Json; "run_id": number };
        Returns: Json;
      };
      "reconciliation_note": {
        Args: {
          "checked": number;
          "cursor": string;
          "drifts": Json;
          "phase": string;
          "run_id": number;
          "seen": Json;
          "stage": string;
        };
        Returns: undefined;
      };
      "reconciliation_report": { Args: { "run_id": number }; Returns: Json };
      "reconciliation_strangers": { Args: { "customers": (string)[] }; Returns: string[] };
      "reconciliation_unseen": {
        Args: { "batch": number; "object_type": string; "run_id": number };
        Returns: string[];
      };
      "refund_intent_close": { Args: { "intent_id": string; "refusal"?: string }; Returns: Json };
      "refund_intent_open": {
        Args: {
          "amount": number;
          "cause": string;
          "payment_id": string;
          "reason": string;
          "staff": string;
        };
        Returns: Json;
      };
      "refund_intent_read": { Args: { "intent_id": string }; Returns: Json };
      "restore_mail_causes": { Args: { "mails": Json }; Returns: undefined };
      "restore_mails_from": { Args: { "restore_id": number }; Returns: Json };
      "restore_mails_note": {
        Args: { "cursor": string; "done": boolean; "mails": Json; "restore_id": number };
        Returns: undefined;
      };
      "restore_mails_unasked": { Args: { "batch": number }; Returns: (string)[] };
      "retention_run": { Args: { "batch"?: number }; Returns: Json };
      "review_hide": { Args: { "reason": string; "review_id": string }; Returns: undefined };
      "review_show": { Args: { "review_id": string }; Returns: undefined };
      "seats_begin": { Args: { "seq": number; "workspace_id": string }; Returns: Json };
      "seats_end": { Args: { "seq": number; "workspace_id": string }; Returns: undefined };
      "seats_for": {
        Args: { "price": string; "user_id": string; "workspace_id": string };
        Returns: Json;
      };
      "second_factor_due": { Args: Record<PropertyKey, never>; Returns: boolean };
      "shop_books": { Args: Record<PropertyKey, never>; Returns: Json };
      "shop_holds_overdue": { Args: { "batch": number }; Returns: Json };
      "shop_reconciliation_begin": {
        Args: { "cause"?: string; "repair": boolean; "run_id": number };
        Returns: Json;
      };
      "shop_reconciliation_compare": {
        Args: { "object_type": string; "objects": Json; "run_id": number };
        Returns: Json;
      };
      "shop_reconciliation_note": {
        Args: {
          "checked": number;
          "cursor": string;
          "drifts": Json;
          "phase": string;
          "run_id": number;
          "seen": (string)[];
        };
        Returns: undefined;
      };
      "shop_reconciliation_report": { Args: { "run_id": number }; Returns: Json };
      "shop_reconciliation_unlisted": {
        Args: { "batch": number; "run_id": number };
        Returns: Json;
      };
      "staff_billing_reconcile": { Args: { "reason": string }; Returns: number };
      "staff_billing_reconciliations": { Args: Record<PropertyKey, never>; Returns: Json };
      "staff_jobs": {
        Args: { "before_id": number; "filter": Json; "page_size": number; "staff": string };
        Returns: Json;
      };
      "staff_jobs_decide": {
        Args: {
          "cause"?: string;
          "decision": string;
          "filter": Json;
          "ids": (number)[];
          "most": number;
          "reason": string;
          "staff": string;
        };
        Returns: Json;
      };
      "staff_mail_address": { Args: { "address": string; "staff": string }; Returns: Json };
      "staff_mail_lift": {
        Args: { "address": string; "reason": string; "staff": string };
        Returns: undefined;
      };
      "staff_mail_suppressions": {
        Args: { "before_id": number; "page_size": number; "staff": string };
        Returns: Json;
      };
      "staff_order": { Args: { "order_id": string; "staff": string }; Returns: Json };
      "staff_order_days": { Args: { "time_zone"?: string }; Returns: Json };
      "staff_orders": {
        Args: { "after": Json; "filter": Json; "page_size": number; "staff": string };
        Returns: Json;
      };
      "staff_overview": { Args: Record<PropertyKey, never>; Returns: Json };
      "staff_reviews": {
        Args: {
          "cursor"?: string;
          "hidden"?: boolean;
          "page_size"?: number;
          "product_id"?: string;
        };
        Returns: Json;
      };
      "staff_shop_reconcile": { Args: { "reason": string }; Returns: number };
      "staff_shop_reconciliations": { Args: Record<PropertyKey, never>; Returns: Json };
      "staff_standing": { Args: Record<PropertyKey, never>; Returns: string };
      "staff_webhook_event": { Args: { "staff": string; "stored_id": number }; Returns: Json };
      "staff_webhook_events": {
        Args: { "before_id": number; "filter": Json; "page_size": number; "staff": string };
        Returns: Json;
      };
      "staff_webhook_ping": {
        Args: { "cause"?: string; "endpoint_id": string; "reason": string; "staff": string };
        Returns: Json;
      };
      "staff_webhook_replay": {
        Args: {
          "cause"?: string;
          "filter": Json;
          "ids": (number)[];
          "most": number;
          "reason": string;
          "staff": string;
        };
        Returns: Json;
      };
      "staff_webhook_resend": {
        Args: {
          "cause"?: string;
          "filter": Json;
          "ids": (number)[];
          "most": number;
          "reason": string;
          "staff": string;
        };
        Returns: Json;
      };
      "staff_workspaces": {
        Args: {
          "before_created_at"?: string;
          "before_id"?: string;
          "page_size"?: number;
          "search"?: string;
        };
        Returns: {
          "access": string;
          "created_at": string;
          "id": string;
          "members": number;
          "name": string;
          "overrides": number;
          "personal": boolean;
          "plan": string;
          "slug": string;
        }[];
      };
      "stock_adjust": {
        Args: {
          "counted"?: number;
          "delta"?: number;
          "reason": string;
          "request_id"?: string;
          "variant_id": string;
        };
        Returns: Json;
      };
      "stock_history": {
        Args: { "before"?: number; "page_size"?: number; "variant_id": string };
        Returns: {
          "actor_id": string;
          "created_at": string;
          "id": number;
          "kind": string;
          "note": string;
          "on_hand_delta": number;
          "order_id": string;
          "reserved_delta": number;
          "shortage_delta": number;
        }[];
      };
      "stock_levels": {
        Args: { "after"?: string; "page_size"?: number; "prefix"?: string; "which"?: string };
        Returns: {
          "available": number;
          "low_stock": number;
          "on_hand": number;
          "product_id": string;
          "reserved": number;
          "shortage": number;
          "sku": string;
          "updated_at": string;
          "variant_id": string;
        }[];
      };
      "stripe_apply": {
        Args: {
          "expected_version": number;
          "object_id": string;
          "object_type": string;
          "record": Json;
          "seq": number;
        };
        Returns: boolean;
      };
      "subscription_cancellation": { Args: { "cancellation_id": string }; Returns: Json };
      "subscription_cancellation_done": { Args: { "cancellation_id": string }; Returns: undefined };
      "subscription_cancellation_latest": {
        Args: { "subscription_id"?: string; "user_id": string; "workspace_id": string };
        Returns: Json;
      };
      "subscription_cancellation_open": {
        Args: {
          "currency": string;
          "parts": Json;
          "stripe_subscription_id": string;
          "user_id": string;
          "workspace_id": string;
        };
        Returns: Json;
      };
      "subscription_change_begin": {
        Args: {
          "lease_seconds": number;
          "quote_id": string;
          "stripe_subscription_id": string;
          "user_id": string;
          "workspace_id": string;
        };
        Returns: Json;
      };
      "subscription_change_end": {
        Args: {
          "attempt": number;
          "quote_id": string;
          "state": string;
          "stripe_invoice_id"?: string;
        };
        Returns: undefined;
      };
      "subscription_changes_made": {
        Args: { "quote_ids": (string)[]; "stripe_subscription_id": string };
        Returns: undefined;
      };
      "subscription_intent_abandon": { Args: { "intent_id": string }; Returns: undefined };
      "subscription_intent_of": { Args: { "workspace_id": string }; Returns: Json };
      "subscription_intent_open": {
        Args: {
          "cancel_url"?: string;
          "payment_method_id"?: string;
          "price": string;
          "promotion_code_id"?: string;
          "quantity": number;
          "success_url"?: string;
          "trial_days"?: number;
          "trial_needs_card"?: boolean;
          "user_id": string;
          "workspace_id": string;
        };
        Returns: Json;
      };
      "subscription_intent_read": {
        Args: { "intent_id": string; "user_id": string; "workspace_id": string };
        Returns: Json;
      };
      "subscription_intent_record": {
        Args: {
          "intent_id": string;
          "stripe_session_id"?: string;
          "stripe_subscription_id": string;
        };
        Returns: boolean;
      };
      "subscription_to_change": {
        Args: {
          "or_ended"?: boolean;
          "subscription_id"?: string;
          "user_id": string;
          "workspace_id": string;
        };
        Returns: Json;
      };
      "sync_state": {
        Args: { "object_id": string; "object_type": string; "provider": string };
        Returns: Json;
      };
      "sync_want": {
        Args: { "object_id": string; "object_type": string; "provider": string };
        Returns: number;
      };
      "usage_daily": {
        Args: { "since"?: string; "until"?: string; "workspace_id": string };
        Returns: {
          "day": string;
          "meter": string;
          "used": number;
        }[];
      };
      "usage_holds_expire": { Args: { "batch"?: number }; Returns: number };
      "usage_report_begin": { Args: { "report_id": string }; Returns: Json };
      "usage_report_neighbours": {
        Args: { "from_time": number; "report_id": string; "to_time": number };
        Returns: Json;
      };
      "usage_report_sent": { Args: { "report_id": string }; Returns: boolean };
      "usage_reports_open": { Args: { "batch"?: number }; Returns: number };
      "usage_sent": {
        Args: { "after_customer": string; "after_event": string; "batch": number; "day": string };
        Returns: Json;
      };
      "webhook_deliveries_page": {
        Args: { "before_id"?: number; "filter"?: Json; "page_size"?: number };
        Returns: Json;
      };
      "webhook_delivery_begin": { Args: { "delivery_id": number }; Returns: Json };
      "webhook_delivery_end": {
        Args: {
          "attempt": number;
          "delivery_id": number;
          "error": string;
          "excerpt": string;
          "final": boolean;
          "status": number;
        };
        Returns: string;
      };
      "webhook_endpoint_rotate": {
        Args: { "endpoint_id": string; "overlap_hours"?: number; "rotation_id"?: string };
        Returns: Json;
      };
      "webhook_endpoint_secret": { Args: { "endpoint_id": string }; Returns: Json };
      "webhook_event": { Args: { "stored_id": number }; Returns: Json };
      "webhook_event_handled": { Args: { "stored_id": number }; Returns: undefined };
      "webhook_replay": { Args: { "stored_id": number }; Returns: number };
      "webhook_store": {
        Args: {
          "event_id": string;
          "payload": Json;
          "provider": string;
          "targets"?: Json;
          "type": string;
        };
        Returns: number;
      };
      "workspace_create": {
        Args: { "name": string; "slug"?: string };
        Returns: {
          "created_at": string;
          "id": string;
          "name": string;
          "personal_of": string | null;
          "slug": string;
          "updated_at": string;
        };
        SetofOptions: {
          from: "*";
          to: "workspaces";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "workspace_delete": {
        Args: { "user_id": string; "workspace_id": string };
        Returns: undefined;
      };
      "workspace_invite": {
        Args: {
          "cause"?: string;
          "email": string;
          "role": string;
          "user_id": string;
          "workspace_id": string;
        };
        Returns: Json;
      };
      "workspace_leave": { Args: { "workspace_id": string }; Returns: undefined };
      "workspace_owners": { Args: { "workspace_id": string }; Returns: Json };
      "workspace_people": {
        Args: { "workspace_id": string };
        Returns: {
          "avatar_url": string;
          "email": string;
          "joined_at": string;
          "name": string;
          "role": string;
          "user_id": string;
        }[];
      };
      "workspace_transfer": {
        Args: { "user_id": string; "workspace_id": string };
        Returns: undefined;
      };
      "workspaces_with_two_live": { Args: Record<PropertyKey, never>; Returns: Json };
    };
    Enums: {
      [_ in never]: never;
    };
    CompositeTypes: {
      [_ in never]: never;
    };
  };
};

type DatabaseWithoutInternals = Omit<Database, "__InternalSupabase">;

type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, "public">];

export type Tables<
  DefaultSchemaTableNameOrOptions extends
    | keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof (
      & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
      & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"]
    )
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals } ? (
    & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"]
  )[TableName] extends {
    Row: infer R;
  } ? R
  : never
  : DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    ? (DefaultSchema["Tables"] & DefaultSchema["Views"])[DefaultSchemaTableNameOrOptions] extends {
      Row: infer R;
    } ? R
    : never
  : never;

export type TablesInsert<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends
    {
      Insert: infer I;
    } ? I
  : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Insert: infer I;
    } ? I
    : never
  : never;

export type TablesUpdate<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends
    {
      Update: infer U;
    } ? U
  : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Update: infer U;
    } ? U
    : never
  : never;

export type Enums<
  DefaultSchemaEnumNameOrOptions extends
    | keyof DefaultSchema["Enums"]
    | { schema: keyof DatabaseWithoutInternals },
  EnumName extends DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"]
    : never = never,
> = DefaultSchemaEnumNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"][EnumName]
  : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema["Enums"]
    ? DefaultSchema["Enums"][DefaultSchemaEnumNameOrOptions]
  : never;

export type CompositeTypes<
  PublicCompositeTypeNameOrOptions extends
    | keyof DefaultSchema["CompositeTypes"]
    | { schema: keyof DatabaseWithoutInternals },
  CompositeTypeName extends PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"]
    : never = never,
> = PublicCompositeTypeNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"][
    CompositeTypeName
  ]
  : PublicCompositeTypeNameOrOptions extends keyof DefaultSchema["CompositeTypes"]
    ? DefaultSchema["CompositeTypes"][PublicCompositeTypeNameOrOptions]
  : never;

export const Constants = {
  "public": {
    Enums: {},
  },
} as const;
