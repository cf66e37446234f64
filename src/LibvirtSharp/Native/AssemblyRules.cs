using System.Runtime.CompilerServices;
using System.Runtime.Versioning;

// Every argument of the binding is blittable, so the runtime has nothing to marshal and must not try.
[assembly: DisableRuntimeMarshalling]
[assembly: SupportedOSPlatform("linux")]
