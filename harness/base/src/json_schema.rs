//! JSON Schemas of the documents that offhook writes, for who reads them.
//!
//! In: the type that is written, and the version of its format. Out: a schema of draft 2020-12 as text, made of the type and of
//! its documentation. Keys may be added in any version of offhook, so unknown ones are allowed; what is there now is required.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde::Serialize;
use serde::ser::Error;
use serde_json::{Value, json};

/// The schema of a document that is written as a `T`.
///
/// # Errors
///
/// If `T` is no object with a `format`.
pub fn json_schema<T: JsonSchema + Serialize>(name: &str, format: u32) -> serde_json::Result<String> {
    let schema: Schema = SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>();
    let mut schema = schema.to_value();
    let no_format = || serde_json::Error::custom(format!("{name} has no format"));
    let property = schema.pointer_mut("/properties/format").ok_or_else(no_format)?;
    *property = json!({ "description": "Version of the format; another one is another schema.", "const": format });
    let object = schema.as_object_mut().ok_or_else(no_format)?;
    object.insert("$id".to_owned(), Value::from(format!("urn:offhook:schema:{name}:{format}")));
    object.insert("title".to_owned(), Value::from(format!("offhook {name}, format {format}")));
    // Where one type is a document and a part of another, a part has no format.
    let required = object.entry("required").or_insert_with(|| json!([]));
    if let Some(required) = required.as_array_mut()
        && !required.iter().any(|name| name == "format")
    {
        required.insert(0, Value::from("format"));
    }
    let mut text = serde_json::to_string_pretty(&schema)?;
    text.push('\n');
    Ok(text)
}
