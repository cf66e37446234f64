using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Api.Rest;

/// <summary>What a route says of itself in /openapi/v1.json: a sentence, what it takes and answers, and how it refuses.</summary>
internal static class Described
{
    private static readonly int[] Refusals = [400, 401, 403, 404, 409, 422, 503, 504];

    public static void Document(OpenApiOptions options) => options.AddDocumentTransformer((document, _, _) =>
    {
        document.Info.Title = "PoweredAppliance";
        document.Info.Description = "Log in by HTTP Basic (user:secret, the secret a password or a login token) or with a login token as Bearer.";
        document.Components ??= new();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
        document.Components.SecuritySchemes["basic"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "basic" };
        document.Components.SecuritySchemes["bearer"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer" };
        document.Security =
        [
            new() { [new OpenApiSecuritySchemeReference("basic", document)] = [] },
            new() { [new OpenApiSecuritySchemeReference("bearer", document)] = [] },
        ];
        return Task.CompletedTask;
    });

    public static RouteHandlerBuilder Says<T>(this RouteHandlerBuilder route, string summary, int status = 200) =>
        route.WithSummary(summary).Produces<T>(status).Refuses();

    public static RouteHandlerBuilder Removes(this RouteHandlerBuilder route, string summary) =>
        route.WithSummary(summary).Produces(204).Refuses();

    public static RouteHandlerBuilder Streams(this RouteHandlerBuilder route, string summary, string type, int status = 200) =>
        route.WithSummary(summary).WithMetadata(new Metrics.EndlessAnswer()).Produces<string>(status, type).Refuses();

    public static RouteHandlerBuilder Takes(this RouteHandlerBuilder route, string type) =>
        route.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = new Dictionary<string, OpenApiMediaType> { [type] = new() { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } } },
            };
            return Task.CompletedTask;
        });

    /// <summary>The three of every list.</summary>
    public static RouteHandlerBuilder Lists(this RouteHandlerBuilder route) => route
        .Query("after", "integer", "begins behind this id")
        .Query("limit", "integer", "ends after so many, 1 or more")
        .Query("name", "string", "only what is called exactly so");

    public static RouteHandlerBuilder Query(this RouteHandlerBuilder route, string name, string type, string meaning) =>
        route.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            operation.Parameters ??= [];
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = name,
                In = ParameterLocation.Query,
                Description = meaning,
                Schema = new OpenApiSchema { Type = type switch { "integer" => JsonSchemaType.Integer, "boolean" => JsonSchemaType.Boolean, _ => JsonSchemaType.String } },
            });
            return Task.CompletedTask;
        });

    private static RouteHandlerBuilder Refuses(this RouteHandlerBuilder route)
    {
        foreach (var status in Refusals)
            route.Produces<Problem>(status, Problems.ContentType);
        return route;
    }
}
